//===- CaseMapping.cpp - Lower and upper case of texts --------------------===//

#include "passes/onnx/lowering/CaseMapping.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/ConvertUTF.h"
#include "llvm/Support/Endian.h"

#include <array>
#include <map>

using namespace llm::onnx;

namespace {

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-variable"
#include "runtime/lib/chat_template/CaseTables.inc"
#pragma GCC diagnostic pop

using CaseMap = std::map<uint32_t, std::array<uint32_t, 3>>;

CaseMap makeMap(llvm::ArrayRef<CaseRange> ranges,
                llvm::ArrayRef<LongCase> longer) {
  CaseMap map;
  for (const CaseRange &range : ranges)
    for (uint32_t code = range.first; code <= range.last; code += range.step)
      map[code] = {code + range.delta, 0, 0};
  for (const LongCase &entry : longer)
    map[entry.code] = {entry.target[0], entry.target[1], entry.target[2]};
  return map;
}

const CaseMap &caseMap(bool upper) {
  static const CaseMap up = makeMap(kUpper, kUpperLong),
                       low = makeMap(kLower, kLowerLong);
  return upper ? up : low;
}

} // namespace

std::string llm::onnx::caseTable(bool upper) {
  std::string result;
  auto append = [&](uint32_t code) {
    char bytes[4];
    llvm::support::endian::write32le(bytes, code);
    result.append(bytes, 4);
  };
  for (auto &[code, target] : caseMap(upper)) {
    append(code);
    for (uint32_t part : target)
      append(part);
  }
  return result;
}

std::string llm::onnx::changeCase(llvm::StringRef text, bool upper) {
  llvm::SmallVector<llvm::UTF32> codes(text.size());
  const auto *from = reinterpret_cast<const llvm::UTF8 *>(text.data());
  llvm::UTF32 *to = codes.data();
  if (llvm::ConvertUTF8toUTF32(&from, from + text.size(), &to,
                               to + codes.size(),
                               llvm::strictConversion) != llvm::conversionOK)
    return text.str();
  std::string result;
  for (llvm::UTF32 code : llvm::ArrayRef(codes.data(), to)) {
    auto found = caseMap(upper).find(code);
    std::array<uint32_t, 3> parts = {code, 0, 0};
    if (found != caseMap(upper).end())
      parts = found->second;
    for (uint32_t part : parts) {
      char buffer[4], *end = buffer;
      if (part && llvm::ConvertCodePointToUTF8(part, end))
        result.append(buffer, end);
    }
    if (code == 0)
      result.push_back('\0');
  }
  return result;
}
