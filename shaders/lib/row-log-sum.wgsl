// The log of the sum of exp(logit - top) over a row of logits, by 256 threads. Each thread adds runs of 16 terms, then the runs, so
// that the error stays that of short sums. `top` is the row's highest logit, or NO_NUMBER where a logit is none.
// uses: lib/constants, lib/row-reduce
// constants: VOCAB
fn row_top(thread : u32, row : u32) -> f32 {
  var highest = 0u;
  for (var id = thread; id < VOCAB; id += 256u) {
    let logit = logits[row * VOCAB + id];
    highest = max(highest, float_key(select(NO_NUMBER, logit, is_number(logit))));
  }
  return key_float(row_best(thread, vec2u(highest, 0u)).x);
}
fn row_log_sum(thread : u32, row : u32, top : f32) -> f32 {
  var sum = 0.0;
  for (var first = thread; first < VOCAB; first += 4096u) {
    var run = 0.0;
    #for e in 16
    if (first + $eu * 256u < VOCAB) { run += exp(logits[row * VOCAB + first + $eu * 256u] - top); }
    #end
    sum += run;
  }
  return log(row_sum(thread, vec2f(sum, 0.0)).x);
}
