//===- ONNXOps.cpp - Graphs and their terminator --------------------------===//

#include "dialects/onnx/ONNXDialect.h"

#include "mlir/Interfaces/FunctionImplementation.h"

using namespace mlir;
using namespace llm::onnx;

ParseResult GraphOp::parse(OpAsmParser &parser, OperationState &result) {
  return function_interface_impl::parseFunctionOp(
      parser, result, /*allowVariadic=*/false,
      getFunctionTypeAttrName(result.name),
      [](Builder &builder, ArrayRef<Type> inputs, ArrayRef<Type> results,
         function_interface_impl::VariadicFlag,
         std::string &) { return builder.getFunctionType(inputs, results); },
      getArgAttrsAttrName(result.name), getResAttrsAttrName(result.name));
}

void GraphOp::print(OpAsmPrinter &printer) {
  function_interface_impl::printFunctionOp(
      printer, *this, /*isVariadic=*/false, getFunctionTypeAttrName(),
      getArgAttrsAttrName(), getResAttrsAttrName());
}

LogicalResult GraphOp::verify() {
  if (!getBody().hasOneBlock()) // C1
    return emitOpError() << "has " << getBody().getBlocks().size()
                         << " blocks; a graph has one";
  return success();
}

LogicalResult ReturnOp::verify() {
  Operation *parent = (*this)->getParentOp();
  auto graph = dyn_cast<GraphOp>(parent);
  auto *dialect = cast<ONNXDialect>((*this)->getDialect());
  if (!graph && !dialect->schemaOf(parent->getName())) // C1
    return emitOpError() << "ends a region of '" << parent->getName()
                         << "'; only graphs and ops of a schema may hold one";
  if (graph &&
      TypeRange(getValues()) != TypeRange(graph.getResultTypes())) // C2
    return emitOpError() << "returns (" << getValues().getTypes()
                         << ") but the graph gives (" << graph.getResultTypes()
                         << ")";
  return success();
}
