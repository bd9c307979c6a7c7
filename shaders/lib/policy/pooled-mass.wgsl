// The mean of the mass over `pool` neighbouring places (SnapKV), the newest slots left out. Places before the first
// and from the newest slots on count as 0. Slots lie in any order after a cut: a neighbour is the slot beside this one if
// it holds the place beside, and what is not there does not count at all.
// uses: settings/*
fn slot_score(sequence : u32, kv_head : u32, slot : u32, length : u32) -> f32 {
  let half = i32(setting_pool(sequence) / 2u);
  let place = i32(place_at(sequence, kv_head, slot));
  var sum = 0.0;
  var count = 0.0;
  for (var step = -half; step <= half; step++) {
    if (place + step < 0 || is_recent(sequence, u32(place + step))) {
      count += 1.0;
      continue;
    }
    let beside = u32(i32(slot) + step);                               // below 0 it is above every length
    if (beside < length && place_at(sequence, kv_head, beside) == u32(place + step)) {
      sum += mass_at(sequence, kv_head, beside);
      count += 1.0;
    }
  }
  return sum / count;
}
