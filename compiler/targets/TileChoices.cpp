//===- TileChoices.cpp - Overriding tile choices by name ------------------===//
//
// Any value that is accepted gives the same results, at another speed.
//
//===----------------------------------------------------------------------===//

#include "compiler/targets/X86.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace llvm;
using namespace llm;

namespace {

/// A choice that is one number, or one that is a list.
struct Choice {
  StringLiteral name;
  int64_t TileChoices::*number;
  SmallVector<int64_t> TileChoices::*list;
  int64_t most;
};

} // namespace

/// Sums of 16 numbers that a tile keeps, twice as many as there are registers.
static constexpr int64_t kSums = 64;

/// Sums of a tile are unrolled and should stay in registers: the limits leave
/// room to try. A tile computes whole groups of rows, and buffers have 32 rows
/// to spare for that (passes/analysis/ArenaPlan.cpp).
static constexpr Choice kChoices[] = {
    {"classes", nullptr, &TileChoices::classes, 65536},
    {"register-rows", nullptr, &TileChoices::registerRows, 16},
    {"panels", nullptr, &TileChoices::panels, 16},
    {"integer-sums", &TileChoices::integerSums, nullptr, kSums},
    {"matrix-rows", &TileChoices::matrixRows, nullptr, 32},
    {"chunk-rows", &TileChoices::chunkRows, nullptr, 65536},
    {"attention-rows", &TileChoices::attentionRows, nullptr, 16},
    {"span-tokens", &TileChoices::spanTokens, nullptr, 65536},
    {"block-rows", &TileChoices::blockRows, nullptr, 65536},
    {"prefetch-bytes", &TileChoices::prefetchBytes, nullptr, 1 << 20},
};

/// Entries of a list at most: each is a step of its own, or a kind of tile.
static constexpr size_t kEntries = 8;

static Error setChoice(TileChoices &tiles, StringRef text) {
  auto [name, value] = text.split('=');
  const Choice *choice =
      find_if(kChoices, [&](const Choice &c) { return c.name == name; });
  if (choice == std::end(kChoices)) {
    std::string names;
    for (const Choice &c : kChoices)
      names += ((names.empty() ? "" : ", ") + c.name).str();
    return createStringError("--tile=" + text + ": accepted: NAME=VALUE with " +
                             names);
  }
  SmallVector<int64_t> numbers;
  bool wrong = false;
  for (StringRef part : split(value, ':')) {
    int64_t number = 0;
    wrong |=
        part.getAsInteger(10, number) || number < 1 || number > choice->most;
    numbers.push_back(number);
  }
  if (choice->number) {
    if (wrong || numbers.size() != 1)
      return createStringError("--tile=" + text +
                               ": accepted: a number from 1 to " +
                               Twine(choice->most));
    tiles.*choice->number = numbers[0];
    return Error::success();
  }
  if (wrong || numbers.size() > kEntries)
    return createStringError("--tile=" + text + ": accepted: 1 to " +
                             Twine(kEntries) + " numbers from 1 to " +
                             Twine(choice->most) + ", separated by ':'");
  tiles.*choice->list = std::move(numbers);
  return Error::success();
}

static std::string joined(ArrayRef<int64_t> numbers) {
  return join(map_range(numbers, [](int64_t n) { return std::to_string(n); }),
              ":");
}

Error llm::setTileChoices(TileChoices &tiles, ArrayRef<std::string> choices) {
  for (StringRef choice : choices)
    if (Error error = setChoice(tiles, choice))
      return error;
  if (!is_sorted(tiles.classes, std::less_equal<int64_t>()))
    return createStringError("--tile=classes=" + joined(tiles.classes) +
                             ": accepted: numbers that ascend");
  if (!is_sorted(tiles.registerRows))
    return createStringError(
        "--tile=register-rows=" + joined(tiles.registerRows) +
        ": accepted: numbers that do not descend");
  if (tiles.registerRows.size() != tiles.panels.size())
    return createStringError(
        "--tile=register-rows=" + joined(tiles.registerRows) +
        ",panels=" + joined(tiles.panels) +
        ": accepted: as many numbers of one as of the other");
  for (auto [rows, panels] : zip(tiles.registerRows, tiles.panels))
    if (rows * panels > kSums)
      return createStringError("--tile=register-rows=" + Twine(rows) +
                               ",panels=" + Twine(panels) +
                               ": accepted: a product of " + Twine(kSums) +
                               " at most, the sums that a tile keeps");
  return Error::success();
}
