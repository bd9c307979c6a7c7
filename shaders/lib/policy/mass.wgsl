// The attention that the slot has received (H2O, Keyformer).
fn slot_score(sequence : u32, kv_head : u32, slot : u32, length : u32) -> f32 { return mass_at(sequence, kv_head, slot); }
