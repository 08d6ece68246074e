// RUN: llm-opt %s --split-input-file --verify-diagnostics

func.func @c1_no_such_kernel(%tiles: index) {
  // expected-error@+1 {{no function is named @gone}}
  llm.launch @gone tiles %tiles work %tiles ()
  return
}

// -----

llm.parameter @w : tensor<4xf32> from "F32" ["w"]
func.func @c1_kernel_is_no_function(%tiles: index) {
  // expected-error@+1 {{no function is named @w}}
  llm.launch @w tiles %tiles work %tiles ()
  return
}

// -----

func.func private @kernel(!llm.team, index, index, memref<?xf32>)
func.func @c1_operand_of_another_type(%tiles: index, %x: memref<4xf32>) {
  // expected-error@+1 {{@kernel is a '(!llm.team, index, index, memref<?xf32>) -> ()'; accepted: a function of the team and ('index', 'index', 'memref<4xf32>'), without results}}
  llm.launch @kernel tiles %tiles work %tiles (%x) : memref<4xf32>
  return
}

// -----

func.func private @kernel(!llm.team)
func.func @c1_kernel_without_tiles(%tiles: index) {
  // expected-error@+1 {{@kernel is a '(!llm.team) -> ()'; accepted: a function of the team and ('index', 'index'), without results}}
  llm.launch @kernel tiles %tiles work %tiles ()
  return
}

// -----

func.func private @kernel()
func.func @c1_kernel_without_team(%tiles: index) {
  // expected-error@+1 {{@kernel is a '() -> ()'}}
  llm.launch @kernel tiles %tiles work %tiles ()
  return
}

// -----

func.func private @kernel(!llm.team, index, index) -> index
func.func @c1_kernel_with_a_result(%tiles: index) {
  // expected-error@+1 {{@kernel is a '(!llm.team, index, index) -> index'}}
  llm.launch @kernel tiles %tiles work %tiles ()
  return
}
