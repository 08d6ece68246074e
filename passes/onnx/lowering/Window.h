//===- Window.h - Windows that slide over spatial dimensions ---*- C++ -*-===//
//
// What convolutions and pools have in common: kernel, strides, dilations, pads
// and how many windows there are, with sizes that may be known at run time
// only.
//
//===----------------------------------------------------------------------===//

#ifndef LLM_PASSES_ONNX_LOWERING_WINDOW_H
#define LLM_PASSES_ONNX_LOWERING_WINDOW_H

#include "passes/onnx/lowering/GraphLowering.h"

namespace llm::onnx {

/// Windows over tensors whose last dimensions are the spatial ones.
struct Windows {
  Dims kernel, input, output; ///< a size a spatial dimension
  Dims begin, end;            ///< pads
  llvm::SmallVector<int64_t> strides, dilations;
  bool roundsUp = false; ///< windows may end behind the padded input

  size_t rank() const { return kernel.size(); }
  /// Whether each window is one element at its own place.
  bool isPointwise() const;
};

/// Attributes kernel_shape, strides, dilations, pads, auto_pad, ceil_mode and
/// the number of windows. `kernel`: the sizes where the op may leave
/// kernel_shape out.
mlir::FailureOr<Windows> readWindows(OnnxOp op, GraphLowering &g,
                                     llvm::ArrayRef<Dim> input,
                                     llvm::ArrayRef<Dim> kernel = {});

/// `x` with the elements that windows see outside of it, all `padding` (in
/// compute form); x itself if there are none.
Tensor pad(GraphLowering &g, Tensor x, const Windows &windows,
           mlir::Value padding);

/// Where the padded tensor is read: output * stride + kernel * dilation, with
/// the loops of the output's spatial dimensions from `output` on and those of
/// the kernel from `kernel` on.
llvm::SmallVector<mlir::AffineExpr> windowPlaces(GraphLowering &g,
                                                 const Windows &windows,
                                                 unsigned output,
                                                 unsigned kernel);

/// An operand that says only how often the loops of the kernel run.
Tensor windowShape(GraphLowering &g, const Windows &windows);

/// Attribute integers, `rank` times `otherwise` if absent; an error if they are
/// of another number or below `least`.
mlir::FailureOr<llvm::SmallVector<int64_t>>
readIntegers(OnnxOp op, llvm::StringRef name, size_t count, int64_t otherwise,
             int64_t least);

/// What ConvTranspose and Col2Im add up: columns [outer..., kernel...,
/// positions...] go to windows of an image [outer..., image...], whose elements
/// are the sums of all that falls on them.
Tensor addColumns(GraphLowering &g, Tensor columns, llvm::ArrayRef<Dim> outer,
                  const Windows &windows, mlir::Type sum);

} // namespace llm::onnx

#endif // LLM_PASSES_ONNX_LOWERING_WINDOW_H
