// RUN: llm-opt %s --llm-lower-onnx --canonicalize --cse | FileCheck %s

// Sizes made of sizes that share their parts: 2^64 paths lead through 64 sums.
// CHECK-LABEL: func.func @graph(
// CHECK-COUNT-64: arith.addi
// CHECK: llm.require
onnx.graph @main(%x: tensor<?xf32>) -> (tensor<?xf32>) {
  %n0 = "onnx.Shape.19"(%x) {operandSegmentSizes = array<i32: 1>, resultSegmentSizes = array<i32: 1>} : (tensor<?xf32>) -> tensor<1xi64>
  %n1 = "onnx.Add.14"(%n0, %n0) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %n2 = "onnx.Add.14"(%n1, %n1) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %n3 = "onnx.Add.14"(%n2, %n2) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %n4 = "onnx.Add.14"(%n3, %n3) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %n5 = "onnx.Add.14"(%n4, %n4) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %n6 = "onnx.Add.14"(%n5, %n5) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %n7 = "onnx.Add.14"(%n6, %n6) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %n8 = "onnx.Add.14"(%n7, %n7) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %n9 = "onnx.Add.14"(%n8, %n8) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %n10 = "onnx.Add.14"(%n9, %n9) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %n11 = "onnx.Add.14"(%n10, %n10) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %n12 = "onnx.Add.14"(%n11, %n11) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %n13 = "onnx.Add.14"(%n12, %n12) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %n14 = "onnx.Add.14"(%n13, %n13) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %n15 = "onnx.Add.14"(%n14, %n14) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %n16 = "onnx.Add.14"(%n15, %n15) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %n17 = "onnx.Add.14"(%n16, %n16) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %n18 = "onnx.Add.14"(%n17, %n17) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %n19 = "onnx.Add.14"(%n18, %n18) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %n20 = "onnx.Add.14"(%n19, %n19) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %n21 = "onnx.Add.14"(%n20, %n20) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %n22 = "onnx.Add.14"(%n21, %n21) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %n23 = "onnx.Add.14"(%n22, %n22) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %n24 = "onnx.Add.14"(%n23, %n23) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %n25 = "onnx.Add.14"(%n24, %n24) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %n26 = "onnx.Add.14"(%n25, %n25) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %n27 = "onnx.Add.14"(%n26, %n26) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %n28 = "onnx.Add.14"(%n27, %n27) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %n29 = "onnx.Add.14"(%n28, %n28) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %n30 = "onnx.Add.14"(%n29, %n29) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %n31 = "onnx.Add.14"(%n30, %n30) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %n32 = "onnx.Add.14"(%n31, %n31) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %n33 = "onnx.Add.14"(%n32, %n32) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %n34 = "onnx.Add.14"(%n33, %n33) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %n35 = "onnx.Add.14"(%n34, %n34) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %n36 = "onnx.Add.14"(%n35, %n35) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %n37 = "onnx.Add.14"(%n36, %n36) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %n38 = "onnx.Add.14"(%n37, %n37) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %n39 = "onnx.Add.14"(%n38, %n38) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %n40 = "onnx.Add.14"(%n39, %n39) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %n41 = "onnx.Add.14"(%n40, %n40) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %n42 = "onnx.Add.14"(%n41, %n41) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %n43 = "onnx.Add.14"(%n42, %n42) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %n44 = "onnx.Add.14"(%n43, %n43) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %n45 = "onnx.Add.14"(%n44, %n44) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %n46 = "onnx.Add.14"(%n45, %n45) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %n47 = "onnx.Add.14"(%n46, %n46) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %n48 = "onnx.Add.14"(%n47, %n47) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %n49 = "onnx.Add.14"(%n48, %n48) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %n50 = "onnx.Add.14"(%n49, %n49) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %n51 = "onnx.Add.14"(%n50, %n50) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %n52 = "onnx.Add.14"(%n51, %n51) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %n53 = "onnx.Add.14"(%n52, %n52) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %n54 = "onnx.Add.14"(%n53, %n53) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %n55 = "onnx.Add.14"(%n54, %n54) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %n56 = "onnx.Add.14"(%n55, %n55) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %n57 = "onnx.Add.14"(%n56, %n56) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %n58 = "onnx.Add.14"(%n57, %n57) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %n59 = "onnx.Add.14"(%n58, %n58) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %n60 = "onnx.Add.14"(%n59, %n59) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %n61 = "onnx.Add.14"(%n60, %n60) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %n62 = "onnx.Add.14"(%n61, %n61) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %n63 = "onnx.Add.14"(%n62, %n62) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %n64 = "onnx.Add.14"(%n63, %n63) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %y = "onnx.Reshape.19"(%x, %n64) {operandSegmentSizes = array<i32: 1, 1>, resultSegmentSizes = array<i32: 1>} : (tensor<?xf32>, tensor<1xi64>) -> tensor<?xf32>
  onnx.return %y : tensor<?xf32>
}
