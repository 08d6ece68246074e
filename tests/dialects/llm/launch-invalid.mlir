// RUN: llm-opt %s --split-input-file --verify-diagnostics

func.func @c1_no_such_kernel(%tiles: index) {
  // expected-error@+1 {{no function is named @gone}}
  llm.launch @gone tiles %tiles work %tiles (%tiles) : index
  return
}

// -----

func.func private @kernel(!llm.team, index, index, f32)
func.func @c1_kernel_of_other_operands(%tiles: index) {
  // expected-error@+1 {{@kernel is a '(!llm.team, index, index, f32) -> ()'}}
  llm.launch @kernel tiles %tiles work %tiles (%tiles) : index
  return
}

// -----

func.func private @kernel(!llm.team, index, index, index) -> index
func.func @c1_kernel_with_results(%tiles: index) {
  // expected-error@+1 {{@kernel is a '(!llm.team, index, index, index) -> index'}}
  llm.launch @kernel tiles %tiles work %tiles (%tiles) : index
  return
}
