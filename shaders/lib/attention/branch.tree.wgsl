// Rows of draft trees: of the slots that their step brings, from the sequence's length on, a row sees its ancestors' and its own,
// by its bits: bit j is the sequence's j-th row of the step.
// uses: lib/step-state, lib/step-rows
const BRANCHES = true;
struct Branch { first : u32, low : u32, high : u32 }
fn branch_of(row : u32, length : u32) -> Branch { return Branch(length, row_word(row, ROW_ANCESTORS), row_word(row, ROW_ANCESTORS_HIGH)); }
fn on_branch(branch : Branch, slot : u32) -> bool {
  let node = slot - branch.first;
  return slot < branch.first || ((select(branch.low, branch.high, node >= 32u) >> (node & 31u)) & 1u) != 0u;
}
