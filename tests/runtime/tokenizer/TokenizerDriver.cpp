//===- TokenizerDriver.cpp - The tokenizer as a filter, for comparisons ---===//
//
// Compiles a tokenizer (a model folder, a .gguf file or a tokenizer.json), then
// answers records from standard input until it ends. Numbers are 32-bit,
// little-endian.
//   'e' flags bytes text     -> count ids      (1 add special, 2 parse special)
//   'd' flags count ids      -> bytes text     (1 skip special)
// A count of 0xffffffff tells that the text cannot be encoded. Used by
// scripts/fuzz-tokenizer.
//
//===----------------------------------------------------------------------===//

#include "frontends/Checkpoint.h"
#include "frontends/tokenizer/TokenizerCompiler.h"
#include "runtime/lib/Tokenizer.h"
#include "runtime/lib/TokenizerText.h"

#include <cstdio>
#include <fstream>
#include <iterator>

static uint32_t readNumber() {
  uint32_t number = 0;
  if (fread(&number, sizeof(number), 1, stdin) != 1)
    exit(0);
  return number;
}

static void writeNumber(uint32_t number) {
  fwrite(&number, sizeof(number), 1, stdout);
}

static void encode(const llmrt::Tokenizer &tokenizer) {
  uint32_t flags = readNumber();
  std::string text(readNumber(), 0);
  if (fread(text.data(), 1, text.size(), stdin) != text.size())
    exit(1);
  std::vector<int32_t> ids;
  if (!tokenizer.encode(text, flags & 1, flags & 2, ids))
    return writeNumber(0xffffffff);
  writeNumber(uint32_t(ids.size()));
  fwrite(ids.data(), sizeof(int32_t), ids.size(), stdout);
}

static void decode(const llmrt::Tokenizer &tokenizer) {
  bool skipSpecial = readNumber() & 1;
  std::vector<int32_t> ids(readNumber());
  if (fread(ids.data(), sizeof(int32_t), ids.size(), stdin) != ids.size())
    exit(1);
  llmrt::Detokenizer detokenizer(tokenizer, skipSpecial);
  std::string text, piece;
  for (int32_t id : ids) {
    piece.clear();
    detokenizer.push(id, piece);
    if (!llmrt::isUtf8(piece)) {
      fprintf(stderr, "token %d: the text so far ends inside a character\n",
              id);
      exit(1);
    }
    text += piece;
  }
  detokenizer.flush(text);
  writeNumber(uint32_t(text.size()));
  fwrite(text.data(), 1, text.size(), stdout);
}

int main(int argc, char **argv) {
  if (argc < 2) {
    fprintf(stderr, "usage: TokenizerDriver MODEL\n");
    return 2;
  }
  std::string path = argv[1], error;
  std::unique_ptr<llm::Checkpoint> checkpoint;
  if (path.size() > 5 && path.substr(path.size() - 5) == ".json") {
    std::ifstream file(path, std::ios::binary);
    checkpoint = std::make_unique<llm::Checkpoint>();
    checkpoint->path = path;
    checkpoint->tokenizerJson.assign(std::istreambuf_iterator<char>(file), {});
  } else {
    checkpoint = llm::openCheckpoint(path, error);
  }
  std::vector<uint8_t> blob;
  if (!checkpoint || !llm::compileTokenizer(*checkpoint, blob, error)) {
    fprintf(stderr, "%s\n", error.c_str());
    return 1;
  }
  std::unique_ptr<llmrt::Tokenizer> tokenizer =
      llmrt::Tokenizer::open(blob.data(), blob.size(), error);
  if (!tokenizer) {
    fprintf(stderr, "%s\n", error.c_str());
    return 1;
  }
  fprintf(stderr, "%zu bytes of tables\n", blob.size());
  for (int operation; (operation = getchar()) != EOF;)
    operation == 'e' ? encode(*tokenizer) : decode(*tokenizer);
  return 0;
}
