//===- LibraryGuard.cpp - Calls of libonnx that fail, come back -----------===//
//
// See LibraryGuard.h.
//
//===----------------------------------------------------------------------===//

#include "dialects/onnx/LibraryGuard.h"

#include "onnx/onnx_pb.h"

#include <algorithm>
#include <cctype>
#include <sstream>
#include <stdexcept>

using ::onnx::AttributeProto;
using ::onnx::GraphProto;
using ::onnx::NodeProto;

/// An equation of Einsum that has a blank, or another character that is no
/// letter, among its inputs is read for ever: blanks, which mean nothing, go,
/// and what else there is is refused.
static void tameEquation(std::string &equation) {
  equation.erase(std::remove(equation.begin(), equation.end(), ' '),
                 equation.end());
  std::string inputs = equation.substr(0, equation.find("->")), term;
  for (std::istringstream terms(inputs); std::getline(terms, term, ',');) {
    if (size_t ellipsis = term.find("..."); ellipsis != term.npos)
      term.erase(ellipsis, 3);
    for (unsigned char letter : term)
      if (letter >= 128 || !std::isalpha(letter))
        throw std::invalid_argument("equation '" + equation +
                                    "' has a character that is no label");
  }
}

/// As many sizes are written as there are outputs.
static void checkSplit(const NodeProto &node, const AttributeProto &parts) {
  if (parts.ref_attr_name().empty() && parts.i() != node.output_size())
    throw std::invalid_argument(
        "num_outputs is " + std::to_string(parts.i()) + ", and it has " +
        std::to_string(node.output_size()) + " outputs");
}

void llm::onnx::tame(NodeProto &node) {
  bool isStandard = node.domain().empty() || node.domain() == "ai.onnx";
  auto is = [&](const char *type) {
    return isStandard && node.op_type() == type;
  };
  for (AttributeProto &attribute : *node.mutable_attribute()) {
    if (is("Einsum") && attribute.name() == "equation")
      tameEquation(*attribute.mutable_s());
    if (is("Split") && attribute.name() == "num_outputs")
      checkSplit(node, attribute);
    if (attribute.has_g())
      tame(*attribute.mutable_g());
    for (GraphProto &graph : *attribute.mutable_graphs())
      tame(graph);
  }
}

void llm::onnx::tame(GraphProto &graph) {
  for (NodeProto &node : *graph.mutable_node())
    tame(node);
}
