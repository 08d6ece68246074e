//===- TokenizerDecoder.cpp - Token ids to text ---------------------------===//
//
// The decoder's steps as a stream: tokens go through at most one step that
// looks at their place, byte tokens gather to runs, and from Fuse or Utf8 on
// there is one text whose steps hold back what they cannot know yet.
//
//===----------------------------------------------------------------------===//

#include "runtime/lib/Tokenizer.h"
#include "runtime/lib/TokenizerTables.h"
#include "runtime/lib/TokenizerText.h"

#include <algorithm>

using namespace llmrt;

namespace {

void replaceAll(std::string &text, std::string_view from, std::string_view to) {
  if (from.empty())
    return;
  // In place, since `to` is no longer than `from`.
  size_t read = 0, written = 0;
  auto move = [&](size_t end) {
    std::copy(text.begin() + ptrdiff_t(read), text.begin() + ptrdiff_t(end),
              text.begin() + ptrdiff_t(written));
    written += end - read;
  };
  for (size_t at; (at = text.find(from, read)) != std::string::npos;
       read = at + from.size()) {
    move(at);
    std::copy(to.begin(), to.end(), text.begin() + ptrdiff_t(written));
    written += to.size();
  }
  move(text.size());
  text.resize(written);
}

/// What the reference's WordPiece decoder tidies in each token.
void cleanUp(std::string &text) {
  static constexpr std::pair<std::string_view, std::string_view> kRules[] = {
      {" .", "."},   {" ?", "?"},     {" !", "!"},    {" ,", ","},
      {" ' ", "'"},  {" n't", "n't"}, {" 'm", "'m"},  {" do not", " don't"},
      {" 's", "'s"}, {" 've", "'ve"}, {" 're", "'re"}};
  for (const auto &[from, to] : kRules)
    replaceAll(text, from, to);
}

/// What a step over one text has to remember.
struct StreamState {
  uint32_t leading = 0;  ///< Strip: how many more may go at the beginning
  uint32_t trailing = 0; ///< Strip: how many are held back at the end
  std::string held;      ///< Replace, Utf8: a part of something
};

} // namespace

struct Detokenizer::State {
  explicit State(const TokenizerTables &tables) : tables(tables) {
    streams.resize(tables.decoder.size());
    // Room for any usual token, so that decoding does not allocate.
    for (std::string *buffer : {&piece, &pending, &run})
      buffer->reserve(256);
    for (StreamState &stream : streams)
      stream.held.reserve(64);
    reset();
  }

  void reset() {
    first = true;
    hasPending = false;
    run.clear();
    for (size_t index = 0; index < streams.size(); ++index) {
      streams[index].leading = tables.decoder[index].first;
      streams[index].trailing = 0;
      streams[index].held.clear();
    }
  }

  void token(uint32_t id, std::string &out);
  void finish(std::string &out);
  /// Text that comes out of step `step - 1`.
  void feed(size_t step, std::string_view text, std::string &out);
  void close(size_t step, std::string &out);
  void flushRun(size_t step, std::string &out);
  void strip(size_t step, std::string_view text, std::string &out);
  void replace(size_t step, std::string_view text, std::string &out);
  void utf8(size_t step, std::string_view text, std::string &out);

  const TokenizerTables &tables;
  bool skipSpecial = true;
  bool first = true;
  std::string piece;
  std::string pending; ///< Suffix: the last token so far
  bool hasPending = false;
  std::string run; ///< bytes of a run of byte tokens
  std::vector<StreamState> streams;
};

void Detokenizer::State::token(uint32_t id, std::string &out) {
  std::string_view text = tables.decodeString(id);
  bool isByte = tables.tokenFlags[id] & kTokenByte;
  bool isFirst = first;
  first = false;
  size_t step = 0;
  if (!tables.decoder.empty()) {
    const Decoder &decoder = tables.decoder[0];
    switch (decoder.kind) {
    case DecoderKind::JoinSpace:
      if (!isFirst)
        feed(1, " ", out);
      step = 1;
      break;
    case DecoderKind::Metaspace:
      piece = text;
      replaceAll(piece, decoder.text, isFirst && decoder.first ? "" : " ");
      text = piece;
      step = 1;
      break;
    case DecoderKind::WordPiece:
      piece.clear();
      if (isFirst) {
        piece = text;
      } else if (text.substr(0, decoder.text.size()) == decoder.text) {
        piece = text.substr(decoder.text.size());
      } else {
        piece = " ";
        piece += text;
      }
      if (decoder.first)
        cleanUp(piece);
      text = piece;
      step = 1;
      break;
    case DecoderKind::Suffix:
      piece.swap(pending);
      pending = text;
      if (!hasPending) {
        hasPending = true;
        return;
      }
      replaceAll(piece, decoder.text, " ");
      text = piece;
      step = 1;
      break;
    default:
      break;
    }
  }
  if (step < tables.decoder.size() &&
      tables.decoder[step].kind == DecoderKind::ByteFallback) {
    if (isByte) {
      run += text;
      return;
    }
    flushRun(step + 1, out);
    ++step;
  }
  feed(step, text, out);
}

void Detokenizer::State::flushRun(size_t step, std::string &out) {
  if (run.empty())
    return;
  if (isUtf8(run))
    feed(step, run, out);
  else
    for (size_t count = run.size(); count > 0; --count)
      feed(step, "\xef\xbf\xbd", out);
  run.clear();
}

void Detokenizer::State::feed(size_t step, std::string_view text,
                              std::string &out) {
  if (text.empty())
    return;
  if (step >= tables.decoder.size()) {
    out += text;
    return;
  }
  switch (tables.decoder[step].kind) {
  case DecoderKind::Utf8:
    utf8(step, text, out);
    break;
  case DecoderKind::Strip:
    strip(step, text, out);
    break;
  case DecoderKind::Replace:
    replace(step, text, out);
    break;
  default:
    feed(step + 1, text, out);
  }
}

void Detokenizer::State::utf8(size_t step, std::string_view text,
                              std::string &out) {
  std::string &held = streams[step].held;
  // A held part is at most three bytes; it is completed byte by byte.
  while (!held.empty() && !text.empty()) {
    held += text[0];
    Utf8Part part = firstUtf8Part(held.data(), held.size());
    if (part.kind == Utf8Part::Incomplete) {
      text.remove_prefix(1);
      continue;
    }
    if (part.kind == Utf8Part::Whole) {
      text.remove_prefix(1);
      std::string_view whole(held.data(), held.size());
      feed(step + 1, whole, out);
    } else {
      feed(step + 1, "\xef\xbf\xbd", out);
    }
    // A broken part ends before the byte just added, which is read again.
    held.clear();
  }
  while (!text.empty()) {
    size_t good = 0;
    Utf8Part part{0, Utf8Part::Whole};
    while (good < text.size()) {
      part = firstUtf8Part(text.data() + good, text.size() - good);
      if (part.kind != Utf8Part::Whole)
        break;
      good += part.length;
    }
    feed(step + 1, text.substr(0, good), out);
    text.remove_prefix(good);
    if (text.empty())
      break;
    if (part.kind == Utf8Part::Incomplete) {
      held = text;
      break;
    }
    feed(step + 1, "\xef\xbf\xbd", out);
    text.remove_prefix(part.length);
  }
}

void Detokenizer::State::strip(size_t step, std::string_view text,
                               std::string &out) {
  StreamState &stream = streams[step];
  const Decoder &decoder = tables.decoder[step];
  std::string_view content = decoder.text;
  while (stream.leading > 0 && !text.empty()) {
    if (text.substr(0, content.size()) != content) {
      stream.leading = 0;
      break;
    }
    text.remove_prefix(content.size());
    --stream.leading;
  }
  if (decoder.second == 0) {
    feed(step + 1, text, out);
    return;
  }
  while (!text.empty()) {
    if (text.substr(0, content.size()) == content) {
      text.remove_prefix(content.size());
      if (stream.trailing == decoder.second)
        feed(step + 1, content, out);
      else
        ++stream.trailing;
      continue;
    }
    for (; stream.trailing > 0; --stream.trailing)
      feed(step + 1, content, out);
    size_t plain = std::min(text.find(content), text.size());
    feed(step + 1, text.substr(0, plain), out);
    text.remove_prefix(plain);
  }
}

void Detokenizer::State::replace(size_t step, std::string_view text,
                                 std::string &out) {
  std::string &held = streams[step].held;
  const Decoder &decoder = tables.decoder[step];
  held += text;
  std::string_view rest = held;
  for (size_t at; (at = rest.find(decoder.text)) != std::string_view::npos;) {
    feed(step + 1, rest.substr(0, at), out);
    feed(step + 1, decoder.content, out);
    rest.remove_prefix(at + decoder.text.size());
  }
  // What could be the beginning of a match stays.
  size_t keep = std::min(rest.size(), decoder.text.size() - 1);
  while (keep > 0 &&
         rest.substr(rest.size() - keep) != decoder.text.substr(0, keep))
    --keep;
  feed(step + 1, rest.substr(0, rest.size() - keep), out);
  held.erase(0, held.size() - keep);
}

void Detokenizer::State::close(size_t step, std::string &out) {
  for (; step < tables.decoder.size(); ++step) {
    std::string &held = streams[step].held;
    if (held.empty())
      continue;
    if (tables.decoder[step].kind == DecoderKind::Utf8)
      feed(step + 1, "\xef\xbf\xbd", out);
    else
      feed(step + 1, held, out);
    held.clear();
  }
}

void Detokenizer::State::finish(std::string &out) {
  if (hasPending) {
    replaceAll(pending, tables.decoder[0].text, "");
    feed(1, pending, out);
  }
  for (size_t step = 0; step < tables.decoder.size(); ++step)
    if (tables.decoder[step].kind == DecoderKind::ByteFallback)
      flushRun(step + 1, out);
  close(0, out);
  reset();
}

Detokenizer::Detokenizer(const Tokenizer &tokenizer, bool skipSpecial)
    : state(new State(tokenizer.tables())) {
  state->skipSpecial = skipSpecial;
}
Detokenizer::~Detokenizer() = default;
Detokenizer::Detokenizer(Detokenizer &&) noexcept = default;

void Detokenizer::push(int32_t id, std::string &text) {
  const TokenizerTables &tables = state->tables;
  if (id < 0 || uint32_t(id) >= tables.header.vocabSize)
    return;
  uint8_t flags = tables.tokenFlags[size_t(id)];
  if (!(flags & kTokenExists) ||
      (state->skipSpecial && (flags & kTokenSpecial)))
    return;
  state->token(uint32_t(id), text);
}

void Detokenizer::flush(std::string &text) { state->finish(text); }
