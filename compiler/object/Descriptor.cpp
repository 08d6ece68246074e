//===- Descriptor.cpp - The constant that a compiled object exports
//--------===//
//
// The tables are filled in as the C++ structures of ObjectFormat.h and copied
// bytewise into one image, so their layout is the C++ compiler's and cannot
// drift; only pointers, which need relocations, are kept aside with the offset
// they belong at. The image becomes a packed LLVM structure of byte arrays and
// pointers. Compiler and compiled object run on the same kind of machine:
// little-endian x86-64.
//
//===----------------------------------------------------------------------===//

#include "compiler/object/Descriptor.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/DerivedTypes.h"
#include "llvm/IR/Function.h"
#include "llvm/IR/GlobalAlias.h"
#include "llvm/IR/GlobalVariable.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/TargetParser/Triple.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <type_traits>

using namespace llvm;
using namespace llm;
using namespace llmrt;

static_assert(sizeof(void *) == 8, "the image holds the target's pointers");

namespace {

/// Bytes with pointers in them, to the image itself or to another global.
class TableImage {
public:
  /// Appends the structures and returns the offset of the first.
  template <typename T> uint64_t append(ArrayRef<T> tables) {
    static_assert(std::has_unique_object_representations_v<T>,
                  "padding would make the bytes differ from run to run");
    bytes.resize(alignTo(bytes.size(), alignof(T)));
    uint64_t offset = bytes.size();
    const auto *begin = reinterpret_cast<const uint8_t *>(tables.data());
    bytes.insert(bytes.end(), begin, begin + tables.size() * sizeof(T));
    return offset;
  }

  /// The pointer at `field` leads to `target`, an offset of this image.
  void point(uint64_t field, uint64_t target) { inner[field] = target; }
  void point(uint64_t field, Constant *global) { outer[field] = global; }
  void pointToString(uint64_t field, StringRef text) {
    uint64_t offset = append(ArrayRef<char>(text.data(), text.size()));
    bytes.push_back(0);
    point(field, offset);
  }

  /// Defines the image and exports its first `exportedBytes` as `symbol`.
  void define(Module &module, StringRef symbol, uint64_t exportedBytes) const;

private:
  std::vector<uint8_t> bytes;
  std::map<uint64_t, uint64_t> inner;
  std::map<uint64_t, Constant *> outer;
};

} // namespace

void TableImage::define(Module &module, StringRef symbol,
                        uint64_t exportedBytes) const {
  LLVMContext &context = module.getContext();
  Type *pointer = PointerType::getUnqual(context);
  Type *byte = Type::getInt8Ty(context);

  std::vector<uint64_t> fields; // offsets of all pointers
  for (const auto &entry : inner)
    fields.push_back(entry.first);
  for (const auto &entry : outer)
    fields.push_back(entry.first);
  llvm::sort(fields);

  // The type first, since pointers into the image need the global.
  std::vector<Type *> types;
  uint64_t end = 0; // of the part described so far
  auto bytesUpTo = [&](uint64_t offset) {
    if (offset != end)
      types.push_back(ArrayType::get(byte, offset - end));
  };
  for (uint64_t field : fields) {
    bytesUpTo(field);
    types.push_back(pointer);
    end = field + sizeof(void *);
  }
  bytesUpTo(bytes.size());
  auto *type = StructType::get(context, types, /*isPacked=*/true);
  auto *global =
      new GlobalVariable(module, type, /*isConstant=*/true,
                         GlobalValue::PrivateLinkage, nullptr, "tables");
  global->setAlignment(Align(alignof(std::max_align_t)));

  std::vector<Constant *> values;
  end = 0;
  auto valuesUpTo = [&](uint64_t offset) {
    if (offset != end)
      values.push_back(ConstantDataArray::get(
          context, ArrayRef<uint8_t>(bytes).slice(end, offset - end)));
  };
  for (uint64_t field : fields) {
    valuesUpTo(field);
    auto target = inner.find(field);
    if (target == inner.end())
      values.push_back(outer.at(field));
    else
      values.push_back(ConstantExpr::getInBoundsGetElementPtr(
          byte, global,
          ConstantInt::get(Type::getInt64Ty(context), target->second)));
    end = field + sizeof(void *);
  }
  valuesUpTo(bytes.size());
  global->setInitializer(ConstantStruct::get(type, values));
  // Pointers into the image go by its private name: one by the exported name
  // would have the loader look for a definition elsewhere first.
  GlobalAlias::create(ArrayType::get(byte, exportedBytes), /*AddressSpace=*/0,
                      GlobalValue::ExternalLinkage, symbol, global, &module);
}

std::string llm::descriptorSymbol(StringRef name) {
  return ("llmrt_model_" + name).str();
}

bool llm::isObjectName(StringRef name) {
  return !name.empty() && name.size() <= 128 && !isDigit(name.front()) &&
         all_of(name, [](char c) { return isAlnum(c) || c == '_'; });
}

static Error check(const ObjectDescription &description) {
  if (!llm::isObjectName(description.name))
    return createStringError(
        "'" + description.name +
        "' cannot name an object: letters, digits and '_' are possible, at "
        "most 128, no digit first");
  SmallVector<StringRef> texts = {description.provenance};
  for (const ArgumentDescription &argument : description.arguments) {
    texts.push_back(argument.name);
    if (argument.dims.size() > std::size(StepArgument{}.dims))
      return createStringError(
          "step argument '" + argument.name + "' has " +
          Twine(argument.dims.size()) + " dimensions; at most " +
          Twine(std::size(StepArgument{}.dims)) + " are possible");
  }
  for (const StateGroupDescription &group : description.groups) {
    texts.push_back(group.name);
    uint64_t pageBytes;
    if (__builtin_mul_overflow(group.layers, group.layerPageBytes, &pageBytes))
      return createStringError("pages of state group '" + group.name +
                               "' exceed the address space");
  }
  bool anyOutput = false;
  for (const GraphArgumentDescription &argument : description.graphArguments) {
    texts.push_back(argument.name);
    texts.append(argument.dimNames.begin(), argument.dimNames.end());
    bool refused = anyOutput && !argument.isOutput;
    anyOutput |= argument.isOutput;
    if (refused)
      return createStringError("graph input '" + argument.name +
                               "' comes after an output");
    if (!argument.dimNames.empty() &&
        argument.dimNames.size() != argument.dims.size())
      return createStringError(
          "graph argument '" + argument.name + "' has " +
          Twine(argument.dims.size()) + " dimensions and " +
          Twine(argument.dimNames.size()) + " names of them");
  }
  if (description.levels.empty())
    return createStringError("the object has code for no CPU level");
  for (const CpuLevelDescription &level : description.levels) {
    texts.push_back(level.name);
    texts.push_back(level.features);
    if (level.stepSymbol.empty())
      return createStringError("CPU level '" + level.name +
                               "' names no step function");
  }
  for (StringRef text : texts)
    if (text.contains('\0'))
      return createStringError("a text of the descriptor holds a zero byte: '" +
                               text.take_until([](char c) { return !c; }) +
                               "'");
  return Error::success();
}

/// A read-only byte array of its own, aligned so that tables inside it are.
static Constant *defineBytes(Module &module, StringRef name,
                             ArrayRef<uint8_t> bytes) {
  Constant *value = ConstantDataArray::get(module.getContext(), bytes);
  auto *global =
      new GlobalVariable(module, value->getType(), /*isConstant=*/true,
                         GlobalValue::InternalLinkage, value, name);
  global->setAlignment(Align(64));
  return global;
}

static StepArgument translate(const ArgumentDescription &argument) {
  StepArgument entry{};
  entry.type = argument.type;
  entry.isOutput = argument.isOutput;
  entry.required = argument.required;
  entry.rank = argument.dims.size();
  for (auto [i, dim] : enumerate(argument.dims)) {
    entry.dims[i].symbol = dim.symbol;
    entry.dims[i].size = dim.size;
  }
  return entry;
}

static StateGroup translate(const StateGroupDescription &group) {
  StateGroup entry{};
  entry.layers = group.layers;
  entry.pageTokens = group.pageTokens;
  entry.layerPageBytes = group.layerPageBytes;
  entry.pageBytes = group.layers * group.layerPageBytes;
  entry.window = group.window;
  entry.keyValueHeads = group.keyValueHeads;
  entry.headDim = group.headDim;
  entry.type = group.type;
  return entry;
}

static GraphArgument translate(const GraphArgumentDescription &argument) {
  GraphArgument entry{};
  entry.kind = argument.kind;
  entry.optional = argument.optional;
  entry.type = argument.type;
  entry.rank = argument.anyRank ? kAnyRank : argument.dims.size();
  entry.isOutput = argument.isOutput;
  return entry;
}

static CpuLevel translate(const CpuLevelDescription &level) {
  CpuLevel entry{};
  entry.arenaBytes = level.arenaBytes;
  entry.scratchBytes = level.scratchBytes;
  entry.computeType = level.computeType;
  return entry;
}

/// Appends one table and points the descriptor's `field` at it. `link` sets the
/// pointers of entry i, which lies at the offset it is given.
template <typename Entry, typename Description, typename Link>
static void appendTable(TableImage &image, uint64_t field,
                        ArrayRef<Description> descriptions, Link link) {
  if (descriptions.empty())
    return;
  std::vector<Entry> entries;
  for (const Description &description : descriptions)
    entries.push_back(translate(description));
  uint64_t table = image.append(ArrayRef<Entry>(entries));
  image.point(field, table);
  for (auto [i, description] : enumerate(descriptions))
    link(table + i * sizeof(Entry), description);
}

/// Sets the pointers of the graph argument that lies at `at`.
static void linkGraphArgument(TableImage &image, uint64_t at,
                              const GraphArgumentDescription &argument) {
  image.pointToString(at + offsetof(GraphArgument, name), argument.name);
  if (argument.dims.empty())
    return;
  image.point(at + offsetof(GraphArgument, dims),
              image.append(ArrayRef<int64_t>(argument.dims)));
  if (argument.dimNames.empty())
    return;
  std::vector<uint64_t> places(argument.dimNames.size());
  uint64_t names = image.append(ArrayRef<uint64_t>(places));
  image.point(at + offsetof(GraphArgument, dimNames), names);
  for (auto [i, name] : enumerate(argument.dimNames))
    if (!name.empty())
      image.pointToString(names + i * sizeof(char *), name);
}

Expected<std::unique_ptr<Module>>
llm::buildDescriptorModule(const ObjectDescription &description,
                           LLVMContext &context) {
  if (Error error = check(description))
    return error;
  auto module = std::make_unique<Module>("descriptor", context);

  ObjectDescriptor root{};
  root.magic = kObjectMagic;
  root.version = kObjectVersion;
  root.descriptorBytes = sizeof(ObjectDescriptor);
  root.facts = description.facts;
  root.facts.endCount = description.endTokens.size();
  root.facts.endTokens = nullptr;
  root.argumentCount = description.arguments.size();
  root.groupCount = description.groups.size();
  root.levelCount = description.levels.size();
  root.graphArgumentCount = description.graphArguments.size();
  root.tokenizer.size = description.tokenizer.size();
  root.chatTemplate.size = description.chatTemplate.size();

  TableImage image;
  image.append(ArrayRef<ObjectDescriptor>(root));
  image.point(offsetof(ObjectDescriptor, self), uint64_t(0));
  image.pointToString(offsetof(ObjectDescriptor, name), description.name);
  image.pointToString(offsetof(ObjectDescriptor, provenance),
                      description.provenance);
  if (!description.endTokens.empty())
    image.point(offsetof(ObjectDescriptor, facts) +
                    offsetof(ModelFacts, endTokens),
                image.append(ArrayRef<int32_t>(description.endTokens)));

  appendTable<StepArgument>(
      image, offsetof(ObjectDescriptor, arguments),
      ArrayRef<ArgumentDescription>(description.arguments),
      [&](uint64_t at, const ArgumentDescription &argument) {
        image.pointToString(at + offsetof(StepArgument, name), argument.name);
      });
  appendTable<StateGroup>(image, offsetof(ObjectDescriptor, groups),
                          ArrayRef<StateGroupDescription>(description.groups),
                          [&](uint64_t at, const StateGroupDescription &group) {
                            image.pointToString(at + offsetof(StateGroup, name),
                                                group.name);
                          });
  appendTable<GraphArgument>(
      image, offsetof(ObjectDescriptor, graphArguments),
      ArrayRef<GraphArgumentDescription>(description.graphArguments),
      [&](uint64_t at, const GraphArgumentDescription &argument) {
        linkGraphArgument(image, at, argument);
      });
  auto *stepType = FunctionType::get(
      Type::getVoidTy(context),
      {PointerType::getUnqual(context), Type::getInt32Ty(context)},
      /*isVarArg=*/false);
  appendTable<CpuLevel>(
      image, offsetof(ObjectDescriptor, levels),
      ArrayRef<CpuLevelDescription>(description.levels),
      [&](uint64_t at, const CpuLevelDescription &level) {
        image.pointToString(at + offsetof(CpuLevel, name), level.name);
        image.pointToString(at + offsetof(CpuLevel, features), level.features);
        auto step = module->getOrInsertFunction(level.stepSymbol, stepType);
        auto *function = cast<Function>(step.getCallee());
        function->setVisibility(GlobalValue::HiddenVisibility);
        image.point(at + offsetof(CpuLevel, step), function);
      });

  if (!description.tokenizer.empty())
    image.point(offsetof(ObjectDescriptor, tokenizer) +
                    offsetof(ByteSpan, data),
                defineBytes(*module, "tokenizer", description.tokenizer));
  if (!description.chatTemplate.empty())
    image.point(
        offsetof(ObjectDescriptor, chatTemplate) + offsetof(ByteSpan, data),
        defineBytes(*module, "chat_template", description.chatTemplate));
  image.define(*module, descriptorSymbol(description.name),
               sizeof(ObjectDescriptor));
  return module;
}

Expected<SmallVector<char, 0>>
llm::emitDescriptorObject(const ObjectDescription &description) {
  LLVMInitializeX86TargetInfo();
  LLVMInitializeX86Target();
  LLVMInitializeX86TargetMC();
  LLVMInitializeX86AsmPrinter();

  LLVMContext context;
  Expected<std::unique_ptr<Module>> module =
      buildDescriptorModule(description, context);
  if (!module)
    return module.takeError();

  Triple triple("x86_64-unknown-linux-gnu");
  std::string problem;
  const Target *target = TargetRegistry::lookupTarget(triple, problem);
  if (!target)
    return createStringError(problem);
  std::unique_ptr<TargetMachine> machine(target->createTargetMachine(
      triple, "x86-64", "", TargetOptions(), Reloc::PIC_));
  (*module)->setTargetTriple(triple);
  (*module)->setDataLayout(machine->createDataLayout());

  SmallVector<char, 0> object;
  raw_svector_ostream stream(object);
  legacy::PassManager passes;
  if (machine->addPassesToEmitFile(passes, stream, nullptr,
                                   CodeGenFileType::ObjectFile))
    return createStringError("this LLVM cannot write x86-64 objects");
  passes.run(**module);
  return object;
}
