//===- ObjectFileTest.cpp - Only whole objects are loaded -----------------===//
//
// Each test changes one thing of a sealed object, seals it again where the
// change is meant to get past the digest, and expects the sentence that names
// what was found.
//
//===----------------------------------------------------------------------===//

#include "runtime/lib/ObjectFile.h"
#include "runtime/include/llmrt.h"
#include "tests/runtime/ObjectEditor.h"
#include "tests/runtime/TemporaryFile.h"
#include "tests/runtime/ToyModel.h"

#include <cinttypes>
#include <cstdio>

using namespace llmrt;

namespace {

class ObjectFileTest : public testing::Test {
protected:
  ObjectEditor object;

  void SetUp() override { ASSERT_TRUE(object.load(TOY_OBJECT)); }

  /// Opens the edited object; the status, and the sentence in `message`.
  llmrt_status open(const llmrt_open_options *options = nullptr) {
    TemporaryFile file(".so");
    EXPECT_TRUE(object.store(file.path()));
    llmrt_model *model = nullptr;
    llmrt_status status = llmrt_open(file.path(), options, &model);
    message = status ? llmrt_last_error() : "";
    if (status == LLMRT_OK)
      answer(model);
    EXPECT_EQ(model == nullptr, status != LLMRT_OK);
    llmrt_close(model);
    return status;
  }

  /// The loaded code answers as the definition does.
  void answer(llmrt_model *model) {
    fake::Config config;
    EnginePointer engine = createEngine(model, {2, 1, 0, 0});
    llmrt_sequence sequence;
    ASSERT_EQ(llmrt_sequence_create(engine.get(), &sequence), LLMRT_OK);
    std::vector<int32_t> tokens = someTokens(30);
    llmrt_span span = {sequence, tokens.data(), 30, 1, 0};
    std::vector<float> logits(97);
    ASSERT_EQ(llmrt_engine_forward(engine.get(), &span, 1, logits.data(), 97),
              LLMRT_OK)
        << llmrt_last_error();
    EXPECT_EQ(
        logits[5],
        fake::logitOf(fake::expectedState(config, tokens.data(), 30, 30), 5));
  }

  void expectRefused(const char *part, bool seal = true,
                     llmrt_status wanted = LLMRT_BAD_FILE) {
    if (seal)
      object.sealCode();
    EXPECT_EQ(open(), wanted);
    EXPECT_NE(message.find(part), std::string::npos) << message;
  }

  std::string message;
};

} // namespace

TEST_F(ObjectFileTest, AWholeObjectAnswers) {
  EXPECT_EQ(open(), LLMRT_OK) << message;
}

TEST_F(ObjectFileTest, PicksTheFirstLevelThatTheMachineHas) {
  llmrt_model *model = nullptr;
  ASSERT_EQ(llmrt_open(TOY_OBJECT, nullptr, &model), LLMRT_OK)
      << llmrt_last_error();
  llmrt_model_info info;
  llmrt_model_get_info(model, &info);
  EXPECT_STREQ(info.cpu_level, "baseline");
  EXPECT_STREQ(info.name, "toy");
  EXPECT_EQ(info.vocab_size, 97u);
  EXPECT_EQ(info.end_token_count, 2u);
  EXPECT_EQ(info.end_tokens[1], 95);
  EXPECT_EQ(info.bos_token, 1);
  EXPECT_EQ(info.has_tokenizer, 1);
  EXPECT_EQ(info.has_chat_template, 1);
  EXPECT_EQ(llmrt_verify(model), LLMRT_OK) << llmrt_last_error();
  llmrt_close(model);
}

TEST_F(ObjectFileTest, ALevelThatTheMachineLacksIsRefusedByItsFeature) {
  llmrt_open_options options = {"of-the-future", nullptr, 0};
  EXPECT_EQ(open(&options), LLMRT_WRONG_CPU);
  EXPECT_NE(message.find("of-the-future needs no_such_feature"),
            std::string::npos)
      << message;
}

TEST_F(ObjectFileTest, CopiedWeightsAnswerAsWell) {
  llmrt_open_options options = {nullptr, nullptr, 1};
  EXPECT_EQ(open(&options), LLMRT_OK) << message;
}

TEST_F(ObjectFileTest, APathWithoutSlashIsAFileHere) {
  // dlopen alone would search the system's folders for it.
  llmrt_model *model = nullptr;
  EXPECT_EQ(llmrt_open("no-such-object.so", nullptr, &model), LLMRT_NOT_FOUND);
  EXPECT_EQ(llmrt_open("/", nullptr, &model), LLMRT_BAD_FILE);
  EXPECT_EQ(llmrt_open(nullptr, nullptr, &model), LLMRT_INVALID_ARGUMENT);
}

TEST_F(ObjectFileTest, EveryTruncationIsRefused) {
  // Behind the last segment lie section headers only, which nobody needs.
  const Elf64_Phdr &weights = object.program(PT_LOAD, 3);
  size_t end = weights.p_offset + weights.p_filesz;
  EXPECT_EQ(checkObjectBytes(object.bytes.data(), end), LLMRT_OK);
  for (size_t size = 0; size < end; size += size < 12000 ? 61 : 100003)
    EXPECT_NE(checkObjectBytes(object.bytes.data(), size), LLMRT_OK)
        << size << " bytes";
  EXPECT_NE(checkObjectBytes(object.bytes.data(), end - 1), LLMRT_OK);
}

TEST_F(ObjectFileTest, EveryFlippedByteOfCodeAndTablesIsRefused) {
  // Behind the headers, up to the end of the last segment before the weights.
  Elf64_Phdr &last = object.program(PT_LOAD, 2);
  uint64_t end = last.p_offset + last.p_filesz;
  uint64_t headersEnd =
      object.header().e_phoff + object.header().e_phnum * sizeof(Elf64_Phdr);
  for (uint64_t offset = headersEnd; offset < end;
       offset += offset < 1024 ? 1 : 23) {
    bool mapped = false;
    for (unsigned n = 0; n < 3; ++n) {
      Elf64_Phdr &load = object.program(PT_LOAD, n);
      mapped |= offset - load.p_offset < load.p_filesz;
    }
    if (!mapped)
      continue;
    object.bytes[offset] ^= 0x55;
    EXPECT_NE(checkObjectBytes(object.bytes.data(), object.bytes.size()),
              LLMRT_OK)
        << "byte " << offset;
    object.bytes[offset] ^= 0x55;
  }
}

TEST_F(ObjectFileTest, EveryFlippedBitOfTheHeadersIsRefused) {
  // What no loader looks at, and strip and objcopy change.
  auto isFree = [&](uint64_t offset) {
    constexpr std::pair<uint64_t, uint64_t> kFields[] = {
        {EI_ABIVERSION, EI_NIDENT},
        {offsetof(Elf64_Ehdr, e_entry), offsetof(Elf64_Ehdr, e_phoff)},
        {offsetof(Elf64_Ehdr, e_shoff), offsetof(Elf64_Ehdr, e_ehsize)},
        {offsetof(Elf64_Ehdr, e_shentsize), sizeof(Elf64_Ehdr)}};
    for (auto [begin, end] : kFields)
      if (offset >= begin && offset < end)
        return true;
    uint64_t inside = (offset - sizeof(Elf64_Ehdr)) % sizeof(Elf64_Phdr);
    return offset >= sizeof(Elf64_Ehdr) &&
           inside >= offsetof(Elf64_Phdr, p_paddr) &&
           inside < offsetof(Elf64_Phdr, p_filesz);
  };
  ASSERT_EQ(object.header().e_phoff, sizeof(Elf64_Ehdr));
  uint64_t end =
      sizeof(Elf64_Ehdr) + object.header().e_phnum * sizeof(Elf64_Phdr);
  for (uint64_t bit = 0; bit < end * 8; ++bit) {
    object.bytes[bit / 8] ^= uint8_t(1 << bit % 8);
    EXPECT_EQ(checkObjectBytes(object.bytes.data(), object.bytes.size()) ==
                  LLMRT_OK,
              isFree(bit / 8))
        << "bit " << bit % 8 << " of byte " << bit / 8;
    object.bytes[bit / 8] ^= uint8_t(1 << bit % 8);
  }
}

TEST_F(ObjectFileTest, SegmentsThatMoveInTheFileAreAccepted) {
  // The weights two MiB further on, as a tool may leave them.
  Elf64_Phdr &weights = object.program(PT_LOAD, 3);
  const uint64_t shift = weights.p_align, begin = weights.p_offset;
  ASSERT_EQ(shift, uint64_t(2) << 20);
  weights.p_offset += shift;
  object.bytes.insert(object.bytes.begin() + long(begin), shift, 0);
  object.header().e_shoff += shift;
  EXPECT_EQ(open(), LLMRT_OK) << message;
}

TEST_F(ObjectFileTest, DamagedWeightsAreFoundOnRequest) {
  object.bytes[object.program(PT_LOAD, 3).p_offset + 5000] ^= 1;
  TemporaryFile file(".so");
  ASSERT_TRUE(object.store(file.path()));
  llmrt_model *model = nullptr;
  ASSERT_EQ(llmrt_open(file.path(), nullptr, &model), LLMRT_OK)
      << llmrt_last_error();
  EXPECT_EQ(llmrt_verify(model), LLMRT_BAD_FILE);
  llmrt_close(model);
}

TEST_F(ObjectFileTest, OtherVersionsAreRefusedByNumber) {
  object.descriptor().version = 7;
  expectRefused("format version 7", true, LLMRT_WRONG_VERSION);
}

TEST_F(ObjectFileTest, ADamagedObjectIsRefused) {
  object.bytes[object.program(PT_LOAD, 1).p_offset + 100] ^= 1;
  expectRefused("SHA-256", false);
}

TEST_F(ObjectFileTest, OtherFilesAreRefused) {
  object.bytes.assign(5000, 'x');
  expectRefused("no shared object", false);
}

TEST_F(ObjectFileTest, OtherMachinesAreRefused) {
  object.header().e_machine = EM_AARCH64;
  expectRefused("x86-64");
}

TEST_F(ObjectFileTest, SegmentsOutsideOfTheFileAreRefused) {
  object.program(PT_LOAD, 3).p_filesz += 1 << 20;
  object.program(PT_LOAD, 3).p_memsz += 1 << 20;
  expectRefused("cut short", false);
}

TEST_F(ObjectFileTest, SegmentsThatMeetAreRefused) {
  object.program(PT_LOAD, 0).p_memsz = object.program(PT_LOAD, 1).p_vaddr + 1;
  expectRefused("inside of the segment before it", false);
}

TEST_F(ObjectFileTest, WritableCodeIsRefused) {
  object.program(PT_LOAD, 1).p_flags |= PF_W;
  expectRefused("both writable and executable");
}

TEST_F(ObjectFileTest, AnExecutableStackIsRefused) {
  object.program(PT_GNU_STACK, 0).p_flags |= PF_X;
  expectRefused("executable stack");
}

TEST_F(ObjectFileTest, AHeaderThatContradictsItsSegmentIsRefused) {
  object.program(PT_DYNAMIC, 0).p_offset += 16;
  expectRefused("a PT_LOAD byte", false);
}

TEST_F(ObjectFileTest, SegmentsThatMeetInTheFileAreRefused) {
  Elf64_Phdr &weights = object.program(PT_LOAD, 3);
  weights.p_offset = 0;
  expectRefused("of the file, inside of the segment before it", false);
}

TEST_F(ObjectFileTest, ThreadLocalStorageIsRefused) {
  object.program(PT_GNU_STACK, 0).p_type = PT_TLS;
  expectRefused("type 0x7");
}

TEST_F(ObjectFileTest, AMissingStackHeaderIsRefused) {
  object.program(PT_GNU_STACK, 0).p_type = PT_NULL;
  expectRefused("PT_GNU_STACK");
}

TEST_F(ObjectFileTest, NeededLibrariesAreRefused) {
  object.dynamic(DT_SONAME).d_tag = DT_NEEDED;
  expectRefused("needs another library");
}

TEST_F(ObjectFileTest, ConstructorsAreRefused) {
  object.dynamic(DT_RELACOUNT).d_tag = DT_INIT;
  expectRefused("run code while it is loaded");
}

TEST_F(ObjectFileTest, TextRelocationsAreRefused) {
  object.dynamic(DT_FLAGS).d_un.d_val |= DF_TEXTREL;
  expectRefused("text relocations");
}

TEST_F(ObjectFileTest, UnknownTagsAreRefused) {
  object.dynamic(DT_RELACOUNT).d_tag = DT_AUXILIARY;
  expectRefused("tag 0x7ffffffd");
}

TEST_F(ObjectFileTest, UndefinedSymbolsAreRefused) {
  object.symbol().st_shndx = SHN_UNDEF;
  expectRefused("needs the symbol 'llmrt_model_toy'");
}

TEST_F(ObjectFileTest, OtherExportsAreRefused) {
  object.symbol().st_info = ELF64_ST_INFO(STB_GLOBAL, STT_GNU_IFUNC);
  expectRefused("exports 'llmrt_model_toy'");
}

TEST_F(ObjectFileTest, SymbolicRelocationsAreRefused) {
  object.relocation(object.symbol().st_value + offsetof(ObjectDescriptor, name))
      .r_info = ELF64_R_INFO(1, R_X86_64_64);
  expectRefused("only RELATIVE relocations");
}

TEST_F(ObjectFileTest, RelocationsOfCodeAreRefused) {
  object.relocation(object.symbol().st_value + offsetof(ObjectDescriptor, name))
      .r_offset = 0x1000;
  expectRefused("outside of the object's data");
}

TEST_F(ObjectFileTest, PointersOutOfTheObjectAreRefused) {
  const Elf64_Phdr &last = object.program(PT_LOAD, 3);
  object.pointer(offsetof(ObjectDescriptor, levels)) =
      int64_t(last.p_vaddr + last.p_filesz - 16);
  expectRefused("levels");
}

TEST_F(ObjectFileTest, StepsThatAreDataAreRefused) {
  object.pointer(offsetof(ObjectDescriptor, levels)) =
      object.pointer(offsetof(ObjectDescriptor, groups));
  object.descriptor().levelCount = 1;
  expectRefused("CPU level");
}

TEST_F(ObjectFileTest, AnotherSelfIsRefused) {
  object.pointer(offsetof(ObjectDescriptor, self)) += 8;
  expectRefused("self");
}

TEST_F(ObjectFileTest, CountsAreBounded) {
  object.descriptor().argumentCount = uint64_t(1) << 60;
  expectRefused("argumentCount");
}

TEST_F(ObjectFileTest, TokensOutsideOfTheVocabularyAreRefused) {
  object.descriptor().facts.vocabSize = 96;
  expectRefused("end token 96");
}

TEST_F(ObjectFileTest, PagesOfAnotherSizeAreRefused) {
  uint64_t groups = object.offsetOf(
      uint64_t(object.pointer(offsetof(ObjectDescriptor, groups))));
  object.at<StateGroup>(groups).pageBytes = 127;
  expectRefused("state group 'full'");
}

TEST_F(ObjectFileTest, WeightsElsewhereThanInTheirSegmentAreRefused) {
  object.descriptor().weightsOffset -= 4096;
  expectRefused("weights lie", false);
}

TEST_F(ObjectFileTest, MoreWeightsThanTheSegmentHoldsAreRefused) {
  object.descriptor().weightsBytes *= 2;
  expectRefused("weights lie", false);
}

TEST_F(ObjectFileTest, ASparseSegmentOfFiveGibibytesAnswers) {
  constexpr uint64_t size = uint64_t(5) << 30;
  Elf64_Phdr &weights = object.program(PT_LOAD, 3);
  uint64_t end = weights.p_offset + size;
  weights.p_filesz = weights.p_memsz = size;
  object.descriptor().weightsBytes = size;
  // The digest looks at no weight, so the file need not be that long in memory.
  TemporaryFile file(".so");
  ASSERT_TRUE(object.store(file.path()));
  if (truncate(file.path(), off_t(end)) != 0)
    GTEST_SKIP() << "the folder for temporary files takes no sparse files";
  MappedRegion mapped;
  ASSERT_EQ(MappedRegion::openFile(file.path(), mapped), LLMRT_OK);
  CodeDigest digest;
  ASSERT_EQ(computeCodeDigest(mapped.data(), mapped.size(), digest), LLMRT_OK)
      << llmrt_last_error();
  {
    std::fstream stream(file.path(),
                        std::ios::in | std::ios::out | std::ios::binary);
    stream.seekp(std::streamoff(digest.fileOffset));
    stream.write(reinterpret_cast<const char *>(digest.value.data()), 32);
  }
  llmrt_model *model = nullptr;
  ASSERT_EQ(llmrt_open(file.path(), nullptr, &model), LLMRT_OK)
      << llmrt_last_error();
  llmrt_model_info info;
  llmrt_model_get_info(model, &info);
  EXPECT_EQ(info.weight_bytes, size);
  answer(model);
  llmrt_close(model);
}
