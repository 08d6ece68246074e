// One function of one number for each polynomial of passes/cpu/ExpandMath.cpp.
func.func @generated_exp(%x: f32) -> f32 {
  %y = math.exp %x : f32
  return %y : f32
}
func.func @generated_log(%x: f32) -> f32 {
  %y = math.log %x : f32
  return %y : f32
}
func.func @generated_sin(%x: f32) -> f32 {
  %y = math.sin %x : f32
  return %y : f32
}
func.func @generated_cos(%x: f32) -> f32 {
  %y = math.cos %x : f32
  return %y : f32
}
