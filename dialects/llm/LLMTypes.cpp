//===- LLMTypes.cpp - Layout of packed weights and of KV pages ------------===//

#include "dialects/llm/LLMDialect.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace llm;

//===----------------------------------------------------------------------===//
// PackedType
//===----------------------------------------------------------------------===//

Type PackedType::parse(AsmParser &parser) {
  SmallVector<int64_t> shape;
  Attribute encoding;
  SMLoc loc = parser.getCurrentLocation();
  if (parser.parseLess() ||
      parser.parseDimensionList(shape, /*allowDynamic=*/false,
                                /*withTrailingX=*/false) ||
      parser.parseComma() || parser.parseAttribute(encoding) ||
      parser.parseGreater())
    return {};
  if (shape.size() != 2) {
    parser.emitError(loc, "a packed weight has two dimensions, out x in "
                          "features; found ")
        << shape.size();
    return {};
  }
  return parser.getChecked<PackedType>(loc, parser.getContext(), shape[0],
                                       shape[1], encoding);
}

void PackedType::print(AsmPrinter &printer) const {
  printer << "<" << getRows() << "x" << getColumns() << ", " << getEncoding()
          << ">";
}

LogicalResult PackedType::verify(function_ref<InFlightDiagnostic()> emitError,
                                 int64_t rows, int64_t columns,
                                 Attribute encoding) {
  if (rows < 1 || columns < 1)
    return emitError() << "a packed weight has at least one row and column; "
                          "found "
                       << rows << "x" << columns;
  if (!isa<EncodingInterface>(encoding))
    return emitError() << "expected an encoding such as #llm.dense<bf16>; "
                          "found "
                       << encoding;
  return success();
}

EncodingInterface PackedType::getLayout() const {
  return cast<EncodingInterface>(getEncoding());
}

int64_t PackedType::getPanelBytes() const {
  EncodingInterface layout = getLayout();
  return llvm::divideCeil(getColumns(), layout.getBlockSpan()) *
         layout.getBlockBytes();
}

//===----------------------------------------------------------------------===//
// StateType
//===----------------------------------------------------------------------===//

LogicalResult StateType::verify(function_ref<InFlightDiagnostic()> emitError,
                                int64_t heads, int64_t headDim, int64_t page,
                                int64_t window, Type elementType) {
  if (heads < 1 || headDim < 1)
    return emitError() << "a state has at least one head of one column; found "
                       << heads << " heads of " << headDim;
  if (page < 16 || !llvm::isPowerOf2_64(page))
    return emitError() << "a page holds a power of two of tokens, 16 at least; "
                          "found "
                       << page;
  if (window < 0)
    return emitError() << "a window is not negative; found " << window;
  if (!elementType.isF32() && !elementType.isBF16() && !elementType.isF16() &&
      !elementType.isInteger(8))
    return emitError() << "states hold f32, bf16, f16 or i8; found "
                       << elementType;
  return success();
}

int64_t StateType::getElementBytes() const {
  return getElementType().getIntOrFloatBitWidth() / 8;
}

int64_t StateType::getKeysOffset(int64_t head) const {
  return head * paddedColumns(getHeadDim()) * getPage() * getElementBytes();
}

int64_t StateType::getValuesOffset(int64_t head) const {
  return getKeysOffset(getHeads()) + getKeysOffset(head);
}

int64_t StateType::getKeyScalesOffset(int64_t head) const {
  return getValuesOffset(getHeads()) + head * getPage() * 4;
}

int64_t StateType::getValueScalesOffset(int64_t head) const {
  return getKeyScalesOffset(getHeads()) + head * getPage() * 4;
}

int64_t StateType::getLayerPageBytes() const {
  int64_t bytes = getElementType().isInteger(8)
                      ? getValueScalesOffset(getHeads())
                      : getValuesOffset(getHeads());
  return llvm::alignTo(bytes, 64);
}
