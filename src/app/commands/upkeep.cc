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

void remove_with_company(const std::string& database) {
  std::error_code error;
  for (const char* ending : {"", "-wal", "-shm", ".lock", ".before-restore"})
    std::filesystem::remove(database + ending, error);
}

// The engine must hear of a restore before any sync does, even when the process ends in between: so the copy is told
// first, and only then takes the store's place.
Result<void> restore_all(const Config& config, Desk& desk) {
  Config staged = config;
  staged.store_path += ".restoring";
  remove_with_company(staged.store_path);
  TRY_VOID(restore_store(staged, desk.invocation.subject));
  {
    const auto wiring = TRY(Wiring::make(staged, Access::write, desk.machine));
    TRY_VOID(wiring->engine().after_restore());
  }
  const Result<void> done = restore_store(config, staged.store_path);
  remove_with_company(staged.store_path);
  return done;
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
  if (const auto done = restore_all(*config, desk); !done) return desk.console.fail(done.error());
  desk.console.answer(file_json(config->store_path));
  desk.console.line(
      fmt::format("The store is {} again. The next \"kalends sync\" looks at everything anew and deletes "
                  "nothing.",
                  desk.invocation.subject));
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
