// 32 values as int8, for dot4I8Packed: code = round(x / scale), scale = max |x| / 127. Stored as 3 vec4u: 32 codes, then
// the bits of the scale and of scale * sum of the codes, which weights with an offset need. A block of zeros has scale 0,
// one that is not all numbers NaN: codes could not tell.
struct Int8Block { first : vec4u, second : vec4u, scales : vec4u }
fn int8_block(quads : array<vec4f, 8>) -> Int8Block {
  var most = vec4f(0.0);
  var bits = vec4u(0u);
#for q in 8
  most = max(most, abs(quads[$q]));
  bits = max(bits, bitcast<vec4u>(quads[$q]) & vec4u(0x7fffffffu));
#end
  let spoiled = max(max(bits.x, bits.y), max(bits.z, bits.w)) > 0x7f7fffffu;
  let largest = max(max(most.x, most.y), max(most.z, most.w));
  let some = largest > 1e-30;
  let inverse = select(0.0, 127.0 / max(largest, 1e-30), some);
  let scale = select(0.0, largest / 127.0, some);
  var sum = vec4i(0);
#for q in 8
  let codes$q = vec4i(round(quads[$q] * inverse));
  sum += codes$q;
#end
  return Int8Block(
    vec4u(pack4xI8(codes0), pack4xI8(codes1), pack4xI8(codes2), pack4xI8(codes3)),
    vec4u(pack4xI8(codes4), pack4xI8(codes5), pack4xI8(codes6), pack4xI8(codes7)),
    vec4u(select(bitcast<u32>(scale), 0x7fc00000u, spoiled), bitcast<u32>(scale * f32(sum.x + sum.y + sum.z + sum.w)), 0u, 0u));
}
