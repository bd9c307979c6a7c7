// Lists what a workgroup of SELECT_THREADS threads has chosen of `count` items, in order. Every item stands for a run of
// slots. The includer supplies fn run_of(item : u32) -> vec2u: the first slot and how many, none where it is not chosen;
// what it reads has been made visible by a barrier; and fn put(index : u32, word : u32), which writes a word of the list.
var<workgroup> list_starts : array<u32, SELECT_THREADS>;
var<workgroup> list_runs : array<u32, 16>;

// Puts how many slots there are at index `at`, the slots behind it.
fn write_list(thread : u32, count : u32, at : u32) {
  let own = (count + SELECT_THREADS - 1u) / SELECT_THREADS;
  let first = min(thread * own, count);
  let end = min(first + own, count);
  var slots = 0u;
  for (var item = first; item < end; item++) { slots += run_of(item).y; }
  list_starts[thread] = slots;
  workgroupBarrier();
  let share = SELECT_THREADS / 16u;
  if (thread < 16u) {
    var run = 0u;
    for (var i = thread * share; i < thread * share + share; i++) {
      let before = run;
      run += list_starts[i];
      list_starts[i] = before;
    }
    list_runs[thread] = run;
  }
  workgroupBarrier();
  var index = at + 1u + list_starts[thread];
  for (var i = 0u; i < thread / share; i++) { index += list_runs[i]; }
  for (var item = first; item < end; item++) {
    let run = run_of(item);
    for (var i = 0u; i < run.y; i++) { put(index + i, run.x + i); }
    index += run.y;
  }
  if (thread == SELECT_THREADS - 1u) { put(at, index - at - 1u); }
}
