// Keys and queries are scored as they are stored: turned to their places.
fn turned(vector : vec4f, quad : u32, by : u32) -> vec4f { return vector; }
fn distance(place : u32, own : u32, recent : u32) -> u32 { return 0u; }
