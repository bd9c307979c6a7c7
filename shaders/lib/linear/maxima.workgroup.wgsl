// The largest of every thread's values of a column, through workgroup memory.
// uses: lib/linear/rows
var<workgroup> thread_maxima : array<f32, THREADS>;
fn group_maximum(largest : f32, column : u32, index : u32) -> f32 {
  workgroupBarrier();
  thread_maxima[index] = largest;
  workgroupBarrier();
  var result = thread_maxima[0];
  for (var i = 1u; i < THREADS; i++) { result = max(result, thread_maxima[i]); }
  return result;
}
