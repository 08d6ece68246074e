// One function of one number for each function of passes/cpu/ExpandMath.cpp.
func.func @generated_exp(%x: f32) -> f32 {
  %y = math.exp %x : f32
  return %y : f32
}
func.func @generated_log(%x: f32) -> f32 {
  %y = math.log %x : f32
  return %y : f32
}
func.func @generated_expm1(%x: f32) -> f32 {
  %y = math.expm1 %x : f32
  return %y : f32
}
func.func @generated_log1p(%x: f32) -> f32 {
  %y = math.log1p %x : f32
  return %y : f32
}
func.func @generated_tanh(%x: f32) -> f32 {
  %y = math.tanh %x : f32
  return %y : f32
}
func.func @generated_erf(%x: f32) -> f32 {
  %y = math.erf %x : f32
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
func.func @wide_sinh(%x: f64) -> f64 {
  %y = math.sinh %x : f64
  return %y : f64
}
func.func @wide_cosh(%x: f64) -> f64 {
  %y = math.cosh %x : f64
  return %y : f64
}
func.func @wide_tanh(%x: f64) -> f64 {
  %y = math.tanh %x : f64
  return %y : f64
}
func.func @wide_asinh(%x: f64) -> f64 {
  %y = math.asinh %x : f64
  return %y : f64
}
func.func @wide_acosh(%x: f64) -> f64 {
  %y = math.acosh %x : f64
  return %y : f64
}
func.func @wide_atanh(%x: f64) -> f64 {
  %y = math.atanh %x : f64
  return %y : f64
}
func.func @wide_erf(%x: f64) -> f64 {
  %y = math.erf %x : f64
  return %y : f64
}
