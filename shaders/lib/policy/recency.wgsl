// The newest stay (StreamingLLM, sliding window). Exact below place 2^24.
fn slot_score(sequence : u32, kv_head : u32, slot : u32, length : u32) -> f32 { return f32(place_at(sequence, kv_head, slot)); }
