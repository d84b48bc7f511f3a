#include "inspect/heap_snapshot.h"

#include <rapidjson/error/en.h>
#include <rapidjson/filereadstream.h>
#include <rapidjson/reader.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

#include "base/json_writer.h"

namespace devvm::inspect {

namespace {

// The tables of the format; our enumerations stand in other orders.
constexpr const char* kNodeTypes[] = {"hidden",
                                      "array",
                                      "string",
                                      "object",
                                      "code",
                                      "closure",
                                      "regexp",
                                      "number",
                                      "native",
                                      "synthetic",
                                      "concatenated string",
                                      "sliced string",
                                      "symbol",
                                      "bigint",
                                      "object shape"};
constexpr const char* kEdgeTypes[] = {"context", "element", "property", "internal", "hidden", "shortcut", "weak"};
constexpr const char* kNodeFields[] = {"type",       "name",          "id",          "self_size",
                                       "edge_count", "trace_node_id", "detachedness"};
constexpr const char* kEdgeFields[] = {"type", "name_or_index", "to_node"};
constexpr uint32_t kNodeWords = std::size(kNodeFields);

constexpr const char* nameOf(NodeType type) {
  switch (type) {
    case NodeType::kSynthetic: return "synthetic";
    case NodeType::kObject: return "object";
    case NodeType::kArray: return "array";
    case NodeType::kString: return "string";
    case NodeType::kCode: return "code";
    case NodeType::kClosure: return "closure";
    case NodeType::kNumber: return "number";
    case NodeType::kNative: return "native";
    default: return "hidden";
  }
}

constexpr const char* nameOf(EdgeType type) {
  switch (type) {
    case EdgeType::kProperty: return "property";
    case EdgeType::kElement: return "element";
    case EdgeType::kContext: return "context";
    case EdgeType::kWeak: return "weak";
    default: return "internal";
  }
}

template <size_t N>
size_t indexIn(const char* const (&table)[N], std::string_view name) {
  return static_cast<size_t>(std::find(table, table + N, name) - table);
}

template <size_t N>
void list(base::JsonWriter& w, const char* const (&names)[N]) {
  w.beginArray();
  for (const char* name : names) w.text(name);
  w.endArray();
}

std::string head(const HeapGraph& graph) {
  base::JsonWriter w;
  w.beginObject();
  w.key("meta");
  w.beginObject();
  w.key("node_fields");
  list(w, kNodeFields);
  w.key("node_types");
  w.beginArray();
  list(w, kNodeTypes);
  for (const char* type : {"string", "number", "number", "number", "number", "number"}) w.text(type);
  w.endArray();
  w.key("edge_fields");
  list(w, kEdgeFields);
  w.key("edge_types");
  w.beginArray();
  list(w, kEdgeTypes);
  w.text("string_or_number");
  w.text("node");
  w.endArray();
  for (const char* name : {"trace_function_info_fields", "trace_node_fields", "sample_fields", "location_fields"}) {
    w.key(name);
    w.beginArray();
    w.endArray();
  }
  w.endObject();
  w.field("node_count", graph.nodes.size());
  w.field("edge_count", graph.edges.size());
  w.field("trace_function_count", 0);
  w.endObject();
  return w.take();
}

/// Text in pieces, so that a snapshot takes no second copy of itself.
class Output {
 public:
  explicit Output(std::FILE* file) : file_(file) {}
  void text(std::string_view s) {
    buffer_ += s;
    if (buffer_.size() > (size_t{1} << 16)) flush();
  }
  void number(uint64_t n) { text(std::to_string(n)); }
  bool flush() {
    ok_ = std::fwrite(buffer_.data(), 1, buffer_.size(), file_) == buffer_.size() && ok_;
    buffer_.clear();
    return ok_;
  }

 private:
  std::FILE* file_;
  std::string buffer_;
  bool ok_ = true;
};

}  // namespace

bool writeSnapshot(const HeapGraph& graph, std::FILE* file) {
  Output out(file);
  out.text("{\"snapshot\":" + head(graph) + ",\n\"nodes\":[");
  for (size_t i = 0; i < graph.nodes.size(); i++) {
    const HeapNode& n = graph.nodes[i];
    out.text(i == 0 ? "" : ",\n");
    for (uint64_t word : {static_cast<uint64_t>(indexIn(kNodeTypes, nameOf(n.type))), uint64_t{n.name}, n.id, n.bytes,
                          uint64_t{n.edgeCount}}) {
      out.number(word);
      out.text(",");
    }
    out.text("0,0");
  }
  out.text("],\n\"edges\":[");
  for (size_t i = 0; i < graph.edges.size(); i++) {
    const HeapEdge& e = graph.edges[i];
    out.text(i == 0 ? "" : ",\n");
    out.number(indexIn(kEdgeTypes, nameOf(e.type)));
    out.text(",");
    out.number(e.name);
    out.text(",");
    out.number(uint64_t{e.to} * kNodeWords);
  }
  out.text("],\n\"trace_function_infos\":[],\"trace_tree\":[],\"samples\":[],\"locations\":[],\n\"strings\":[");
  for (size_t i = 0; i < graph.names.size(); i++) {
    base::JsonWriter w;
    w.text(graph.names[i]);
    out.text(i == 0 ? "" : ",\n");
    out.text(w.take());
  }
  out.text("]}\n");
  return out.flush();
}

namespace {

/// Takes the file's numbers and strings as they come; what they mean follows from "meta", which stands first.
class Reader : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, Reader> {
 public:
  std::vector<std::string> nodeFields, edgeFields, nodeTypes, edgeTypes, strings;
  std::vector<uint64_t> nodes, edges;

  bool Key(const char* text, rapidjson::SizeType length, bool) {
    key_.assign(text, length);
    if (depth_ == 1 || inMeta_) section_ = key_;
    return true;
  }
  bool StartObject() {
    if (key_ == "meta" && depth_ == 2) inMeta_ = true;
    depth_++;
    return true;
  }
  bool EndObject(rapidjson::SizeType) {
    depth_--;
    if (depth_ == 2) inMeta_ = false;
    return true;
  }
  bool StartArray() {
    depth_++;
    return true;
  }
  bool EndArray(rapidjson::SizeType) {
    depth_--;
    return true;
  }
  bool String(const char* text, rapidjson::SizeType length, bool) {
    std::vector<std::string>* to = nullptr;
    if (inMeta_) {
      to = section_ == "node_fields"                 ? &nodeFields
           : section_ == "edge_fields"               ? &edgeFields
           : section_ == "node_types" && depth_ == 5 ? &nodeTypes
           : section_ == "edge_types" && depth_ == 5 ? &edgeTypes
                                                     : nullptr;
    } else if (section_ == "strings" && depth_ == 2) {
      to = &strings;
    }
    if (to != nullptr) to->emplace_back(text, length);
    return true;
  }
  bool Uint64(uint64_t n) {
    if (!inMeta_ && depth_ == 2) {
      if (section_ == "nodes") nodes.push_back(n);
      if (section_ == "edges") edges.push_back(n);
    }
    return true;
  }
  bool Uint(unsigned n) { return Uint64(n); }

 private:
  std::string key_, section_;
  unsigned depth_ = 0;
  bool inMeta_ = false;
};

size_t fieldIn(const std::vector<std::string>& fields, std::string_view name) {
  return static_cast<size_t>(std::find(fields.begin(), fields.end(), name) - fields.begin());
}

NodeType nodeTypeNamed(std::string_view name) {
  for (size_t i = 0; i < static_cast<size_t>(NodeType::kCount); i++) {
    if (nameOf(static_cast<NodeType>(i)) == name) return static_cast<NodeType>(i);
  }
  return name.ends_with("string") ? NodeType::kString : NodeType::kHidden;
}

EdgeType edgeTypeNamed(std::string_view name) {
  for (size_t i = 0; i < static_cast<size_t>(EdgeType::kCount); i++) {
    if (nameOf(static_cast<EdgeType>(i)) == name) return static_cast<EdgeType>(i);
  }
  return EdgeType::kInternal;
}

/// Numbers to nodes and edges; every index is checked.
bool assemble(Reader& r, HeapGraph& graph, std::string& problem) {
  size_t nodeWords = r.nodeFields.size(), edgeWords = r.edgeFields.size();
  struct {
    const std::vector<std::string>& fields;
    const char* name;
    size_t at;
  } wanted[] = {{r.nodeFields, "type", 0},          {r.nodeFields, "name", 0},       {r.nodeFields, "id", 0},
                {r.nodeFields, "self_size", 0},     {r.nodeFields, "edge_count", 0}, {r.edgeFields, "type", 0},
                {r.edgeFields, "name_or_index", 0}, {r.edgeFields, "to_node", 0}};
  for (auto& w : wanted) {
    w.at = fieldIn(w.fields, w.name);
    if (w.at != w.fields.size()) continue;
    problem = std::string("no field '") + w.name + "': this is no heap snapshot";
    return false;
  }
  if (r.nodes.empty() || r.nodes.size() % nodeWords != 0 || r.edges.size() % edgeWords != 0) {
    problem = "the lists of nodes and edges are not whole";
    return false;
  }
  size_t nodeCount = r.nodes.size() / nodeWords, edgeCount = r.edges.size() / edgeWords, edge = 0;
  if (nodeCount >= UINT32_MAX || edgeCount >= UINT32_MAX) {
    problem = "it is too large";
    return false;
  }
  graph.names = std::move(r.strings);
  for (size_t i = 0; i < nodeCount; i++) {
    const uint64_t* w = &r.nodes[i * nodeWords];
    uint64_t type = w[wanted[0].at], name = w[wanted[1].at], count = w[wanted[4].at];
    if (type >= r.nodeTypes.size() || name >= graph.names.size() || count > edgeCount - edge) {
      problem = "node " + std::to_string(i) + " refers to what is not there";
      return false;
    }
    graph.nodes.push_back({nodeTypeNamed(r.nodeTypes[type]), static_cast<uint32_t>(name), w[wanted[2].at],
                           w[wanted[3].at], static_cast<uint32_t>(edge), static_cast<uint32_t>(count)});
    edge += count;
  }
  for (size_t i = 0; i < edgeCount; i++) {
    const uint64_t* w = &r.edges[i * edgeWords];
    uint64_t type = w[wanted[5].at], name = w[wanted[6].at], to = w[wanted[7].at];
    bool known = type < r.edgeTypes.size() && to % nodeWords == 0 && to / nodeWords < nodeCount;
    EdgeType kind = known ? edgeTypeNamed(r.edgeTypes[type]) : EdgeType::kInternal;
    // Hidden references have numbers for names, which say nothing.
    bool hidden = known && r.edgeTypes[type] == "hidden";
    bool named = kind != EdgeType::kElement && !hidden;
    if (!known || name > UINT32_MAX || (named && name >= graph.names.size())) {
      problem = "edge " + std::to_string(i) + " refers to what is not there";
      return false;
    }
    graph.edges.push_back(
        {hidden ? EdgeType::kElement : kind, static_cast<uint32_t>(name), static_cast<uint32_t>(to / nodeWords)});
  }
  return true;
}

}  // namespace

bool readSnapshot(const std::string& path, HeapGraph& graph, std::string& problem) {
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "r"), std::fclose);
  if (file == nullptr) {
    problem = std::strerror(errno);
    return false;
  }
  std::vector<char> buffer(size_t{1} << 16);
  rapidjson::FileReadStream stream(file.get(), buffer.data(), buffer.size());
  rapidjson::Reader json;
  Reader reader;
  // Nesting costs memory of the heap, not of the stack.
  rapidjson::ParseResult result =
      json.Parse < rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag > (stream, reader);
  if (result.IsError()) {
    problem =
        std::string(rapidjson::GetParseError_En(result.Code())) + " (at byte " + std::to_string(result.Offset()) + ")";
    return false;
  }
  return assemble(reader, graph, problem);
}

}  // namespace devvm::inspect
