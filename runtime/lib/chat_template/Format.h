//===- Format.h - A compiled chat template, byte for byte -----------------===//
//
// frontends/chat_template writes this, the runtime checks and runs it. All
// fields are little-endian 32-bit words, so a blob may lie at any address:
//
//   Header
//   stringEnds[stringCount]     where each string ends in the bytes below
//   bytes, padded with zeros to a multiple of 4
//   Constant[constantCount]
//   listEnds[listCount]         where each list of names ends in the words
//   below words[listWords]            string numbers Function[functionCount] 0
//   is the template itself Instruction[instructionCount]
//
// A change of any of it, or of the numbers in Builtins.h, raises kVersion.
//
//===----------------------------------------------------------------------===//

#ifndef LLMRT_LIB_CHAT_TEMPLATE_FORMAT_H
#define LLMRT_LIB_CHAT_TEMPLATE_FORMAT_H

#include <cstdint>

namespace llmrt::chat {

constexpr uint32_t kMagic = 0x54434d4c; // "LMCT"
constexpr uint32_t kVersion = 1;
constexpr uint32_t kNone = 0xFFFFFFFF; ///< "there is none" of any number below

struct Header {
  uint32_t magic, version;
  uint32_t totalBytes; ///< of the whole blob
  uint32_t stringCount, stringBytes;
  uint32_t constantCount;
  uint32_t listCount, listWords;
  uint32_t functionCount;
  uint32_t instructionCount;
  uint32_t bosToken, eosToken; ///< strings, or kNone
};

enum class ConstantKind : uint32_t {
  None,
  False,
  True,
  Integer,
  Float,
  String
};

struct Constant {
  uint32_t kind;
  uint32_t low, high; ///< the integer, the float's bits, or the string's number
};

/// The template, a macro, or the body of a call block. Its variables live in
/// slots; the first `parameterCount` are its parameters.
struct Function {
  uint32_t name; ///< a string, or kNone
  uint32_t entry;
  uint32_t slotNames; ///< a list: one name a slot
  uint32_t parameterCount;
  uint32_t callerSlot, keywordsSlot, positionalsSlot; ///< or kNone
  uint32_t level; ///< 0: the template; a function sees those of lower levels
                  ///< that it was made in
};

/// What `a`, `b` and `c` of each are is said in the list below.
enum class Opcode : uint16_t {
  Emit,     ///< write string a
  Print,    ///< write str(pop)
  Constant, ///< push constant a
  Load,     ///< push variable a of the function b levels out
  Store,    ///< variable a = pop
  Resolve,  ///< variable a = the input or global named by string b
  Alias,    ///< variable a = variable b of the function c levels out
  Clear,    ///< variable a is missing
  Pop,
  Attribute,  ///< push pop.(string a)
  Item,       ///< key = pop, push pop[key]
  Slice,      ///< step, stop, start = pops, push pop[start:stop:step]
  Arithmetic, ///< right, left = pops, push left (operation a) right
  Negative,
  Positive,
  Not,
  Concatenate,  ///< pop a values, push their joined texts
  Compare,      ///< right, left = pops, push left (operation a) right
  CompareChain, ///< as Compare, but if true push right, else false and go to b
  Jump,         ///< go to a
  JumpIfFalse,  ///< if not pop: go to a
  JumpIfFalseElsePop, ///< if not top: go to a, else pop
  JumpIfTrueElsePop,
  MakeList, ///< pop a values
  MakeTuple,
  MakeDict, ///< pop a pairs
  Filter,   ///< filter a on the value below c arguments named by list b
  Test,     ///< test a, likewise
  Call,     ///< callee below c arguments, the last of them named by list b
  Unpack,   ///< pop an iterable of just a items, push them last to first
  CheckNamespace, ///< fail unless top is a namespace; pop it
  SetMember,      ///< namespace, value = pops: namespace.(string a) = value
  NoElse,         ///< push what `x if false` without else is
  LoopBegin,      ///< pop an iterable, push a loop over it
  LoopNext,     ///< get the next item, or go to a at the end; push it if c is 1
  LoopAccept,   ///< count the item last got as a turn, push it
  LoopCollect,  ///< keep the item last got
  LoopRestart,  ///< loop over what was kept
  LoopVariable, ///< push the loop as the variable `loop`
  LoopMark,     ///< a turn ran to its end
  LoopEnd,      ///< pop the loop; go to a if a turn ran to its end
  BeginText,    ///< collect what is written from here
  EndText,      ///< push what was collected
  DropText,     ///< forget what was collected
  MakeMacro,    ///< push function a with the variables around it
  SkipIfGiven,  ///< go to b if variable a is not missing
  NotGiven,     ///< variable a is undefined: parameter string b was not given
  Fail,         ///< end with error string a
  Return,       ///< end the function: its text is the value of the call
  Count_,
};

struct Instruction {
  uint16_t opcode;
  uint16_t c;
  uint32_t a, b;
  uint32_t line; ///< of the template's source
};

// Caps that a blob is checked against.
constexpr uint32_t kMaxBlobBytes = 64u << 20;
constexpr uint32_t kMaxSlots = 4096;     ///< of one function
constexpr uint32_t kMaxArguments = 4096; ///< of one call, or parts of a value

/// In `c` of Filter, Test and Call, beside the count of values: the last of
/// them is a mapping of more keyword arguments, the one before (or the last)
/// an iterable of more positional ones.
constexpr uint32_t kSpreadPositional = 0x4000, kSpreadKeywords = 0x8000;
constexpr uint32_t kCountMask = 0x3FFF;

} // namespace llmrt::chat

#endif // LLMRT_LIB_CHAT_TEMPLATE_FORMAT_H
