//===- TokenizerTablesFuzz.cpp - A compiled tokenizer, damaged ------------===//
//
// The first byte chooses a good tokenizer; changes to its tables and a text
// follow.
//
//===----------------------------------------------------------------------===//

#include "tests/fuzz/TokenizerUse.h"

using namespace llm::fuzz;

/// Every kind of table in as few bytes as can be.
static const std::vector<uint8_t> &goodBlob(unsigned which) {
  static const std::vector<uint8_t> blobs[] = {
      compile(R"json({"normalizer":{"type":"Sequence","normalizers":[
        {"type":"NFKC"},{"type":"Lowercase"},{"type":"Strip","strip_left":true,
         "strip_right":true},{"type":"Replace","pattern":{"Regex":"b(?=cd+e)"},
         "content":"x"},{"type":"Prepend","prepend":"y"}]},
       "pre_tokenizer":{"type":"Sequence","pretokenizers":[
        {"type":"Digits","individual_digits":true},
        {"type":"Metaspace","replacement":"_","prepend_scheme":"first",
         "split":true}]},
       "added_tokens":[{"id":3,"content":"<s>","single_word":true,
         "lstrip":true,"rstrip":true,"normalized":false,"special":true},
        {"id":4,"content":"Foo","single_word":false,"lstrip":false,
         "rstrip":false,"normalized":true,"special":false}],
       "decoder":{"type":"Sequence","decoders":[{"type":"ByteFallback"},
        {"type":"Fuse"},{"type":"Strip","content":" ","start":1,"stop":1},
        {"type":"Replace","pattern":{"String":"ab"},"content":"c"}]},
       "post_processor":{"type":"BertProcessing","sep":["<s>",3],
        "cls":["<s>",3]},
       "model":{"type":"BPE","vocab":{"<unk>":0,"a":1,"b":2,"ab":5,"_":6,
        "_a":7,"<0x41>":8},"merges":[["a","b"],["_","a"]],"unk_token":"<unk>",
        "byte_fallback":true,"fuse_unk":true}})json"),
      compile(R"json({"normalizer":{"type":"BertNormalizer","clean_text":true,
        "handle_chinese_chars":true,"strip_accents":true,"lowercase":true},
       "pre_tokenizer":{"type":"BertPreTokenizer"},
       "decoder":{"type":"WordPiece","prefix":"##","cleanup":true},
       "model":{"type":"WordPiece","vocab":{"[U]":0,"a":1,"##b":2,"ab":3},
        "unk_token":"[U]","continuing_subword_prefix":"##",
        "max_input_chars_per_word":10}})json"),
      compile(R"json({"pre_tokenizer":{"type":"Metaspace","replacement":"_",
        "prepend_scheme":"always"},"decoder":{"type":"Metaspace",
        "replacement":"_","prepend_scheme":"always"},
       "model":{"type":"Unigram","vocab":[["<unk>",0],["a",-1],["_",-2],
        ["_a",-1.5],["ab",-3]],"unk_id":0,"byte_fallback":false}})json"),
      compile(R"json({"pre_tokenizer":{"type":"ByteLevel",
        "add_prefix_space":true},"decoder":{"type":"ByteLevel"},
       "model":{"type":"BPE","vocab":{"a":0,"b":1,"ab":2,"\u0120":3,
        "\u0120a":4},"merges":["a b","\u0120 a"]}})json")};
  return blobs[which % std::size(blobs)];
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size < 2)
    return 0;
  std::vector<uint8_t> blob = goodBlob(data[0]);
  if (blob.empty())
    abort(); // the tokenizers above compile
  // Changes: offset (3 bytes, biased to the header), value; ended by 0xff.
  size_t at = 1;
  for (; at + 4 <= size && data[at] != 0xff; at += 4) {
    size_t offset = data[at] << 16 | data[at + 1] << 8 | data[at + 2];
    blob[offset % blob.size()] = data[at + 3];
  }
  at = at < size ? at + 1 : size;
  use(blob, {reinterpret_cast<const char *>(data) + at, size - at});
  return 0;
}
