// What a row sees of the slots that its own step brings: all before its end, for the rows of a sequence follow each other.
const BRANCHES = false;
alias Branch = u32;
fn branch_of(row : u32, length : u32) -> Branch { return 0u; }
fn on_branch(branch : Branch, slot : u32) -> bool { return true; }
