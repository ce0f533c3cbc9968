// What a command says: words for a person or one JSON object for a program, on standard output; troubles and progress on
// standard error. Text from calendars is never printed as it stands: it could steer a terminal.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "ports/world.h"

namespace kalends::app {

// How a command ended, as the process says it. docs/CLI.md, "Exit codes".
enum class Exit : int {
  done = 0,
  failed = 1,
  usage = 2,    // the command line or the configuration is wrong; nothing was touched
  waiting = 3,  // done, but held work or conflicts wait for a person
};

// `text` on one line without control characters, bidirectional overrides or ill-formed bytes.
std::string printable(std::string_view text);
// At most `columns` characters of it, with an ellipsis when something was cut; for cells of a table.
std::string shortened(std::string_view text, std::size_t columns);

enum class Ink : std::uint8_t { plain, bold, dim, green, yellow, red };

class Console {
 public:
  // `json` decides what fail() and finish() print. Colours only on a terminal, and not when NO_COLOR is set.
  explicit Console(bool json);

  bool json() const { return json_; }
  bool interactive() const { return in_terminal_ && out_terminal_; }
  // How wide standard output's terminal is; 0 when it is none: a pipe gets whole lines.
  std::size_t columns() const;

  // One line of words on standard output. Nothing in JSON mode. The line is printed as it stands.
  void line(std::string_view text = "");
  // What line() printed is handed on now, for a command that stays.
  void flush();
  // The whole answer in JSON mode; nothing otherwise.
  void answer(const Json& object);
  // One line on standard error, in both modes.
  void note(std::string_view text);
  std::string ink(Ink ink, std::string_view text) const;

  // Says what failed ({"error":{"kind","message"}} in JSON mode) and gives the exit code for it.
  Exit fail(const Error& error);
  Exit fail(Exit code, std::string_view kind, std::string_view message, Json details = {});

  // Asks on the terminal; only an answer that begins with y is a yes.
  bool confirm(std::string_view question);

 private:
  bool json_, in_terminal_, out_terminal_, colours_;
};

// Rows with columns padded to the widest cell; the last column is not padded. In a terminal that is too narrow the last
// column goes on in lines of its own and the widest others are cut.
class Table {
 public:
  explicit Table(std::vector<std::string> headings) { rows_.push_back(std::move(headings)); }
  void row(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  bool empty() const { return rows_.size() < 2; }
  // Takes out the columns whose every cell is "", "0" or "-"; the first one stays.
  void drop_empty_columns();
  void print(Console& console) const { print_from(console, 0); }
  void print_rows(Console& console) const { print_from(console, 1); }  // without the headings

 private:
  std::vector<std::size_t> widths(std::size_t first) const;
  void print_from(Console& console, std::size_t first) const;
  std::vector<std::vector<std::string>> rows_;
};

// Draws one line of progress on standard error when that is a terminal; silent otherwise.
class TerminalProgress : public ports::Progress {
 public:
  TerminalProgress();
  ~TerminalProgress() override { clear(); }
  void update(std::string_view what, std::size_t done, std::size_t of) override;
  void clear();  // before anything else is printed

 private:
  bool terminal_;
  bool drawn_ = false;
  std::chrono::steady_clock::time_point last_{};
};

}  // namespace kalends::app
