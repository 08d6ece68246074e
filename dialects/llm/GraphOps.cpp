//===- GraphOps.cpp - General graphs at run time --------------------------===//

#include "dialects/llm/LLMDialect.h"

#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Interfaces/FunctionInterfaces.h"

using namespace mlir;
using namespace llm;

OpFoldResult CheckIndexOp::fold(FoldAdaptor) {
  std::optional<int64_t> index = getConstantIntValue(getIndex());
  std::optional<int64_t> size = getConstantIntValue(getSize());
  if (index && size && *index >= 0 && *index < *size)
    return getIndex();
  return {};
}

LogicalResult ViewOp::verify() {
  size_t dynamic = getType().getNumDynamicDims();
  if (getSizes().size() != dynamic) // C1
    return emitOpError() << "has " << getSizes().size() << " sizes for "
                         << dynamic << " dynamic dimensions";
  if (!getType().getLayout().isIdentity()) // C2
    return emitOpError() << "is dense and row-major; found " << getType();
  return success();
}

LogicalResult LaunchOp::verifySymbolUses(SymbolTableCollection &symbols) {
  auto kernel = dyn_cast_or_null<FunctionOpInterface>(
      symbols.lookupNearestSymbolFrom(*this, getKernelAttr()));
  if (!kernel) // C1
    return emitOpError() << "no function is named @" << getKernel();
  ArrayRef<Type> types = kernel.getArgumentTypes();
  size_t team = !types.empty() && isa<TeamType>(types[0]) ? 1 : 2;
  auto index = IndexType::get(getContext());
  SmallVector<Type> wanted = {index, index};
  llvm::append_range(wanted, getArguments().getTypes());
  if (types.size() < team || types.drop_front(team) != ArrayRef(wanted) ||
      kernel.getNumResults() != 0) // C1
    return emitOpError() << "@" << getKernel() << " is a "
                         << kernel.getFunctionType()
                         << "; accepted: a function of the team and (" << wanted
                         << "), without results";
  return success();
}
