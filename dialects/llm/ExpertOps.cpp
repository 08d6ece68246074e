//===- ExpertOps.cpp - Verifier of mixtures of experts --------------------===//

#include "dialects/llm/LLMDialect.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace llm;

LogicalResult MoeOp::verify() {
  if (!llvm::is_contained(kActivations, getActivation())) // C1
    return emitOpError() << "has the activation '" << getActivation()
                         << "'; accepted: " << llvm::join(kActivations, ", ");
  int64_t experts = getExperts(), top = getTop();
  if (experts < 1 || top < 1 || top > experts) // C2
    return emitOpError() << "chooses " << top << " of " << experts
                         << " experts";
  auto columns = [](Value rows) {
    return cast<RankedTensorType>(rows.getType()).getDimSize(1);
  };
  PackedType gate = getGate().getType(), down = getDown().getType();
  if (gate.getColumns() != columns(getInput()) ||
      gate.getRows() % (experts * kPanel) != 0) // C3
    return emitOpError() << "has a gate of " << gate.getRows() << " by "
                         << gate.getColumns() << " for " << experts
                         << " experts that read " << columns(getInput())
                         << " columns";
  int64_t inner = llvm::alignTo(down.getColumns(), kPanel) * experts,
          outer = llvm::alignTo(columns(getResult()), kPanel) * experts;
  if (inner != gate.getRows() || outer != down.getRows()) // C4
    return emitOpError() << "has a down projection of " << down.getRows()
                         << " by " << down.getColumns() << "; expected "
                         << outer << " rows, and columns that fill "
                         << gate.getRows() << " rows of the gate";
  return success();
}
