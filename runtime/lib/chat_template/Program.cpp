//===- Program.cpp - Reading and checking a compiled chat template --------===//

#include "runtime/lib/chat_template/Program.h"

#include "runtime/lib/chat_template/Builtins.h"
#include "runtime/lib/chat_template/Operators.h"

#include <cstring>

namespace llmrt::chat {
namespace {

/// What an operand must stay below.
enum class Operand : uint8_t {
  Unused,
  String,
  Constant,
  List,     ///< or kNone
  Function, ///< not 0, which is the template itself
  Target,   ///< an instruction
  Slot,
  Filter,
  Test,
  Arithmetic,
  Comparison,
  Count, ///< at most kMaxArguments
};

struct Shape {
  Operand a, b;
};

Shape shapeOf(Opcode opcode) {
  using O = Operand;
  switch (opcode) {
  case Opcode::Emit:
  case Opcode::Attribute:
  case Opcode::SetMember:
  case Opcode::Fail:
    return {O::String, O::Unused};
  case Opcode::Constant:
    return {O::Constant, O::Unused};
  case Opcode::Load: // b, levels, is checked when it runs
  case Opcode::Store:
  case Opcode::Clear:
    return {O::Slot, O::Unused};
  case Opcode::Resolve:
  case Opcode::NotGiven:
    return {O::Slot, O::String};
  case Opcode::Alias:
    return {O::Slot, O::Slot};
  case Opcode::SkipIfGiven:
    return {O::Slot, O::Target};
  case Opcode::Arithmetic:
    return {O::Arithmetic, O::Unused};
  case Opcode::Compare:
    return {O::Comparison, O::Unused};
  case Opcode::CompareChain:
    return {O::Comparison, O::Target};
  case Opcode::Jump:
  case Opcode::JumpIfFalse:
  case Opcode::JumpIfFalseElsePop:
  case Opcode::JumpIfTrueElsePop:
  case Opcode::LoopNext:
  case Opcode::LoopEnd:
    return {O::Target, O::Unused};
  case Opcode::Concatenate:
  case Opcode::MakeList:
  case Opcode::MakeTuple:
  case Opcode::MakeDict:
  case Opcode::Unpack:
    return {O::Count, O::Unused};
  case Opcode::Filter:
    return {O::Filter, O::List};
  case Opcode::Test:
    return {O::Test, O::List};
  case Opcode::Call:
    return {O::Unused, O::List};
  case Opcode::MakeMacro:
    return {O::Function, O::Unused};
  default:
    return {O::Unused, O::Unused};
  }
}

/// Takes the blob apart; every read is checked against what is left.
class Reader {
public:
  Reader(const uint8_t *bytes, size_t size) : at(bytes), left(size) {}

  template <typename T> bool one(T &value) {
    if (left < sizeof(T))
      return false;
    std::memcpy(&value, at, sizeof(T));
    return skip(sizeof(T));
  }

  template <typename T> bool many(std::vector<T> &values, uint32_t count) {
    if (left / sizeof(T) < count)
      return false;
    values.resize(count);
    if (count)
      std::memcpy(values.data(), at, count * sizeof(T));
    return skip(count * sizeof(T));
  }

  bool bytes(std::string &text, uint32_t count) {
    if (left < count)
      return false;
    text.assign(reinterpret_cast<const char *>(at), count);
    return skip(count);
  }

  size_t remaining() const { return left; }

private:
  bool skip(size_t count) {
    at += count;
    left -= count;
    return true;
  }

  const uint8_t *at;
  size_t left;
};

class Checker {
public:
  Checker(Program &program, std::string &error)
      : program(program), error(error) {}

  bool read(const uint8_t *blob, size_t size) {
    Reader reader(blob, size);
    Header header;
    if (!blob || !reader.one(header) || header.magic != kMagic)
      return fail("it does not start as a compiled chat template does");
    if (header.version != kVersion)
      return fail("it has version " + std::to_string(header.version) +
                  "; this runtime reads version " + std::to_string(kVersion));
    if (header.totalBytes != size || size > kMaxBlobBytes)
      return fail("its size does not match");
    if (!readStrings(reader, header) || !readConstants(reader, header) ||
        !readLists(reader, header) ||
        !reader.many(program.functions, header.functionCount) ||
        !reader.many(program.code, header.instructionCount) ||
        reader.remaining() != 0)
      return fail("its tables do not fit its size");
    program.bosToken = header.bosToken;
    program.eosToken = header.eosToken;
    if (!isStringOrNone(header.bosToken) || !isStringOrNone(header.eosToken))
      return fail("a token's text is out of range");
    return checkFunctions() && checkCode();
  }

private:
  bool fail(const std::string &what) {
    if (error.empty())
      error = "damaged chat template: " + what;
    return false;
  }

  bool readStrings(Reader &reader, const Header &header) {
    std::vector<uint32_t> ends;
    std::string bytes, padding;
    if (!reader.many(ends, header.stringCount) ||
        !reader.bytes(bytes, header.stringBytes) ||
        !reader.bytes(padding, (4 - header.stringBytes % 4) % 4))
      return false;
    uint32_t start = 0;
    program.texts.reserve(ends.size());
    for (uint32_t end : ends) {
      if (end < start || end > bytes.size())
        return false;
      program.texts.push_back({bytes.substr(start, end - start)});
      start = end;
    }
    return true;
  }

  bool readConstants(Reader &reader, const Header &header) {
    std::vector<Constant> constants;
    if (!reader.many(constants, header.constantCount))
      return false;
    for (const Constant &constant : constants) {
      uint64_t bits = constant.low | uint64_t(constant.high) << 32;
      double real;
      std::memcpy(&real, &bits, sizeof real);
      switch (static_cast<ConstantKind>(constant.kind)) {
      case ConstantKind::None:
        program.constants.push_back(Value::none());
        break;
      case ConstantKind::False:
      case ConstantKind::True:
        program.constants.push_back(Value::of(
            constant.kind == static_cast<uint32_t>(ConstantKind::True)));
        break;
      case ConstantKind::Integer:
        program.constants.push_back(Value::of(static_cast<int64_t>(bits)));
        break;
      case ConstantKind::Float:
        program.constants.push_back(Value::of(real));
        break;
      case ConstantKind::String:
        if (constant.low >= program.texts.size())
          return fail("a constant's text is out of range");
        program.constants.push_back(Value::of(&program.texts[constant.low]));
        break;
      default:
        return fail("a constant of unknown kind");
      }
    }
    return true;
  }

  bool readLists(Reader &reader, const Header &header) {
    std::vector<uint32_t> ends, words;
    if (!reader.many(ends, header.listCount) ||
        !reader.many(words, header.listWords))
      return false;
    uint32_t start = 0;
    for (uint32_t end : ends) {
      if (end < start || end > words.size())
        return false;
      program.lists.emplace_back(words.begin() + start, words.begin() + end);
      for (uint32_t word : program.lists.back())
        if (word >= program.texts.size())
          return fail("a name is out of range");
      start = end;
    }
    return true;
  }

  bool isStringOrNone(uint32_t number) const {
    return number == kNone || number < program.texts.size();
  }

  bool checkFunctions() {
    if (program.functions.empty())
      return fail("it holds no function");
    for (const Function &function : program.functions) {
      if (!isStringOrNone(function.name) ||
          function.entry >= program.code.size() ||
          function.slotNames >= program.lists.size())
        return fail("a function's parts are out of range");
      size_t slots = program.lists[function.slotNames].size();
      if (slots > kMaxSlots || function.parameterCount > slots)
        return fail("a function has more slots or parameters than it may");
      for (uint32_t slot : {function.callerSlot, function.keywordsSlot,
                            function.positionalsSlot})
        if (slot != kNone && slot >= slots)
          return fail("a function's slot is out of range");
    }
    if (program.functions[0].level != 0 ||
        program.functions[0].parameterCount != 0)
      return fail("its first function is not the template");
    return true;
  }

  bool inRange(Operand kind, uint32_t value) const {
    switch (kind) {
    case Operand::Unused:
      return true;
    case Operand::String:
      return value < program.texts.size();
    case Operand::Constant:
      return value < program.constants.size();
    case Operand::List:
      return value == kNone || value < program.lists.size();
    case Operand::Function:
      return value > 0 && value < program.functions.size();
    case Operand::Target:
      return value < program.code.size();
    case Operand::Slot:
      return value < kMaxSlots;
    case Operand::Filter:
      return value < static_cast<uint32_t>(FilterId::Count_);
    case Operand::Test:
      return value < static_cast<uint32_t>(TestId::Count_);
    case Operand::Arithmetic:
      return value <= static_cast<uint32_t>(Arithmetic::Power);
    case Operand::Comparison:
      return value <= static_cast<uint32_t>(Comparison::NotIn);
    case Operand::Count:
      return value <= kMaxArguments;
    }
    return false;
  }

  bool checkCode() {
    for (size_t i = 0; i < program.code.size(); ++i) {
      const Instruction &instruction = program.code[i];
      std::string where = "instruction " + std::to_string(i);
      if (instruction.opcode >= static_cast<uint16_t>(Opcode::Count_))
        return fail(where + " is unknown");
      Shape shape = shapeOf(static_cast<Opcode>(instruction.opcode));
      if (!inRange(shape.a, instruction.a) || !inRange(shape.b, instruction.b))
        return fail(where + " is out of range");
      if (shape.b == Operand::List) {
        size_t named =
            instruction.b == kNone ? 0 : program.lists[instruction.b].size();
        named += (instruction.c & kSpreadPositional) != 0;
        named += (instruction.c & kSpreadKeywords) != 0;
        size_t count = instruction.c & kCountMask;
        if (count > kMaxArguments || named > count)
          return fail(where + " names more arguments than it has");
      }
    }
    return true;
  }

  Program &program;
  std::string &error;
};

} // namespace

bool Program::read(const uint8_t *blob, size_t size, std::string &error) {
  error.clear();
  return Checker(*this, error).read(blob, size);
}

} // namespace llmrt::chat
