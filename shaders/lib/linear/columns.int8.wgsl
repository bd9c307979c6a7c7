// The matmul core for narrow SIMD with int8 activations: the shape of lib/linear/columns, with weights and activations as
// int8 codes multiplied four at a time (dot4I8Packed). The sums of a block are exact integers; blocks are added in f32.
// Inputs are rows of lib/linear/int8-block.
// uses: lib/weights/*, lib/linear/activations.*
// constants: SPLIT_SCALE, OFFSET, LANES, PAIRS, COLUMNS
alias Input = vec4u;
const INPUT_BLOCK = 3u;
const GROUP_OUTPUTS = LANES * PAIRS * 2u;
const THREADS = LANES;

var<private> results : array<vec2f, COLUMNS * PAIRS>;

fn run(group : u32, column_group : u32, index : u32, lane : u32) {
  let first_output = group * GROUP_OUTPUTS;
  let first_column = column_group * COLUMNS;
  if (first_output >= params.outputs || first_column >= active_columns()) { return; }
#for p in PAIRS
  let row$p = first_output + ($pu * LANES + index) * 2u;
#for c in COLUMNS
  var sum$p_$c = vec2f(0.0);
#end
#end
  for (var block = 0u; block < params.blocks; block++) {
#for p in PAIRS
    let even$p = load_block(row$p, block);
    let odd$p = load_block(row$p + 1u, block);
#end
#for c in COLUMNS
    let held$c = hold_part(first_column + $cu, block * INPUT_BLOCK, lane);
    let scales$c = bitcast<vec2f>(part2(held$c, first_column + $cu, block * INPUT_BLOCK).xy);
#for p in PAIRS
    var dots$p_$c = vec2i(0);
#end
#end
#for h in 2
    {
#for c in COLUMNS
      let in$c = part$h(held$c, first_column + $cu, block * INPUT_BLOCK);
#end
#for q in 4
      {
        const quad = $hu * 4u + $qu;
#for p in PAIRS
        let u$p = block_codes(even$p, quad);
        let v$p = block_codes(odd$p, quad);
#for c in COLUMNS
        dots$p_$c += vec2i(dot4I8Packed(u$p, in$c[$q]), dot4I8Packed(v$p, in$c[$q]));
#end
#end
      }
#end
#for p in PAIRS
#for c in COLUMNS
      if (SPLIT_SCALE) {
        sum$p_$c += vec2f(dots$p_$c) * select(vec2f(even$p.scale.y, odd$p.scale.y), vec2f(even$p.scale.x, odd$p.scale.x), $h == 0) * scales$c.x;
        dots$p_$c = vec2i(0);
      }
#end
#end
    }
#end
#for p in PAIRS
#for c in COLUMNS
    if (!SPLIT_SCALE) { sum$p_$c += vec2f(dots$p_$c) * vec2f(even$p.scale.x, odd$p.scale.x) * scales$c.x; }
    if (OFFSET) { sum$p_$c += vec2f(even$p.offset, odd$p.offset) * scales$c.y; }
#end
#end
  }
#for p in PAIRS
#for c in COLUMNS
  results[$cu * PAIRS + $pu] = sum$p_$c;
#end
#end
  // One copy of the epilogue, in a loop: it is compiled 64 times otherwise.
  let count = min(COLUMNS, active_columns() - first_column) * PAIRS;
  for (var i = 0u; i < count; i++) {
    let row = first_output + (i % PAIRS) * LANES * 2u + index * 2u;
    if (row < params.outputs) { finish_pair(row, first_column + i / PAIRS, results[i]); }
  }
  finish_group(first_output, first_column, index);
}
