// The bias of rows `row`, an even number, and row + 1, which stand in `vectors` from params.bias_at on.
fn biased(pair : vec2f, row : u32) -> vec2f {
  let quad = vectors[params.bias_at + row / 4u];
  return pair + select(quad.xy, quad.zw, (row & 2u) == 2u);
}
