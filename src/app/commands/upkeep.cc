// The store's own care: backup, restore, verify.
#include <fmt/format.h>

#include <filesystem>

#include "app/commands/commands.h"
#include "app/views_json.h"
#include "app/words.h"

namespace kalends::app {
namespace {

Json file_json(const std::string& path) {
  std::error_code error;
  const auto bytes = std::filesystem::file_size(path, error);
  Json entry = Json::object().set("path", path).set("bytes", error ? std::size_t{0} : bytes);
  return Json::object().set("files", Json::array().push(std::move(entry)));
}

}  // namespace

Exit run_backup(Desk& desk) {
  const std::string& path = desk.invocation.subject;
  std::error_code error;
  if (path.empty()) return desk.console.fail(Exit::usage, "usage", "A backup needs the name of a file.");
  if (std::filesystem::exists(path, error))
    return desk.console.fail(Exit::usage, "usage",
                             fmt::format("{} is already there; a backup overwrites nothing.", path));
  const auto config = load_config(desk);
  if (!config) return config.error();
  if (!std::filesystem::exists(config->store_path, error))
    return desk.console.fail(
        {ErrorKind::not_found,
         fmt::format("There is no store at {} yet, so there is nothing to back up.", config->store_path),
         std::nullopt});
  const auto wiring = Wiring::make(*config, Access::read, desk.machine);
  if (!wiring) return desk.console.fail(wiring.error());
  if (const auto done = (*wiring)->store().backup(path); !done) return desk.console.fail(done.error());
  desk.console.answer(file_json(path));
  desk.console.line(fmt::format("The store is copied to {}.", path));
  return Exit::done;
}

Exit run_restore(Desk& desk) {
  const auto config = load_config(desk);
  if (!config) return config.error();
  const auto kept = restore_store(*config, desk.invocation.subject, desk.machine);
  if (!kept) return desk.console.fail(kept.error());
  desk.console.answer(file_json(config->store_path).set("kept", *kept));
  desk.console.line(
      fmt::format("The store is {} again. The next \"kalends sync\" looks at everything anew and deletes "
                  "nothing.",
                  desk.invocation.subject));
  if (!kept->empty()) desk.console.line(fmt::format("What was there is kept as {}.", *kept));
  return Exit::done;
}

Exit run_verify(Desk& desk) {
  return with_wiring(desk, Access::read, [&](Wiring& wiring, const Config& config) {
    const auto problems = wiring.store().verify();
    if (!problems) return desk.console.fail(problems.error());
    desk.console.answer(Json::object().set("problems", texts(*problems)));
    for (const std::string& problem : *problems) desk.console.line(printable(problem));
    if (problems->empty()) {
      desk.console.line("The store is sound.");
      return Exit::done;
    }
    desk.console.line(fmt::format("{} with {}. Restore a backup: kalends restore FILE.",
                                  counted(problems->size(), "problem"), config.store_path));
    return Exit::failed;
  });
}

}  // namespace kalends::app
