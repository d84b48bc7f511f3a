// Which patterns of a matching are missing, and which are never reached: Maranget, "Warnings for pattern matching" (JFP
// 2007). Knows patterns only as heads with arguments; what a head is, and which there are, the language says.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace devvm::frontend {

/// All the heads that values of one type may have. Infinite ones (numbers, strings) have no list.
struct PatternSignature {
  struct Head {
    std::string_view name;
    uint32_t arity = 0;
    const PatternSignature* const* arguments = nullptr;
  };
  std::vector<Head> heads;
  bool infinite = false;
};

/// A pattern: anything, a head with arguments, or one of several. Heads of infinite signatures are told apart by `text`
/// (of a literal), others by their number.
struct MatchPattern {
  enum class Kind : uint8_t { kAny, kHead, kOr };
  Kind kind = Kind::kAny;
  uint32_t head = 0;
  std::string_view text;
  const PatternSignature* signature = nullptr;
  std::vector<MatchPattern*> parts;  ///< arguments, or alternatives
};

/// Decides about rows of patterns. Exponential cases end: after `kMostSteps` nothing is said any more.
class MatchAnalysis {
 public:
  static constexpr uint64_t kMostSteps = 2'000'000;
  using Row = std::vector<MatchPattern*>;

  /// Patterns that this makes live as long as it does.
  /// Whether some value matches `row` and none of `rows`.
  bool useful(const std::vector<Row>& rows, const Row& row);
  /// Values of `width` columns that no row matches: as patterns; empty if there are none.
  std::optional<Row> missing(const std::vector<Row>& rows, size_t width);
  bool gaveUp() const { return steps_ > kMostSteps; }

 private:
  struct Heads;
  MatchPattern* make();
  std::vector<Row> specialize(const std::vector<Row>& rows, const MatchPattern& head, size_t arity);
  std::vector<Row> defaults(const std::vector<Row>& rows);
  static void expand(const Row& row, std::vector<Row>& out);

  uint64_t steps_ = 0;
  std::vector<std::unique_ptr<MatchPattern>> made_;
};

}  // namespace devvm::frontend
