#include "ical/line_writer.h"

#include <algorithm>
#include <charconv>

#include "ical/runs.h"

namespace kalends::ical {

namespace {

constexpr std::size_t kMomentSize = sizeof "20260302T090000Z" - 1;

// Copies `from` to `to` in blocks, up to the first byte that `stops` names or to where no whole block is left; gives how
// many bytes are copied. There is room for all.
template <class Stops>
std::size_t copy_run(char* to, std::string_view from, Stops stops) {
  std::size_t i = 0;
  for (; i + kBlock <= from.size(); i += kBlock) {
    Block block = block_at(from.data() + i);
    std::memcpy(to + i, &block, kBlock);
    if (const auto mask = stops(block); any(mask)) return i + first(mask);
  }
  return i;
}

// Behind what is looked at byte by byte: the byte that ended a run, or all when too few are left for another.
std::size_t one_or_rest(std::size_t i, std::size_t size) { return i + kBlock <= size ? i + 1 : size; }

void write_pair(char* to, int value) {
  to[0] = static_cast<char>('0' + value / 10);
  to[1] = static_cast<char>('0' + value % 10);
}

}  // namespace

void LineWriter::grow(std::size_t more) {
  std::size_t wanted = std::max({size_ + more, buffer_.size() * 2, std::size_t{256}});
  buffer_.resize_and_overwrite(wanted, [](char*, std::size_t size) { return size; });
}

LineWriter& LineWriter::text(std::string_view value) {
  char* const begin = room(2 * value.size());
  char* to = begin;
  for (std::size_t i = 0; i < value.size();) {
    std::size_t run = copy_run(to, value.substr(i), needs_escape);
    i += run;
    to += run;
    for (std::size_t stop = one_or_rest(i, value.size()); i < stop; ++i) {
      char c = value[i];
      if (is_plain_text(c) || c == '\t') {
        *to++ = c;
      } else if (c == '\n' || (c == '\r' && value.substr(i + 1, 1) != "\n")) {
        *to++ = '\\';
        *to++ = 'n';
      } else if (c == '\\' || c == ';' || c == ',') {
        *to++ = '\\';
        *to++ = c;
      }
    }
  }
  size_ += static_cast<std::size_t>(to - begin);
  return *this;
}

LineWriter& LineWriter::clean(std::string_view text) {
  char* const begin = room(2 * text.size());
  char* to = begin;
  for (std::size_t i = 0; i < text.size();) {
    std::size_t run = copy_run(to, text.substr(i), is_below_space);
    i += run;
    to += run;
    for (std::size_t stop = one_or_rest(i, text.size()); i < stop; ++i) {
      char c = text[i];
      if (c == '\n') {
        *to++ = '\\';
        *to++ = 'n';
      } else if (static_cast<unsigned char>(c) >= 0x20 || c == '\t') {
        *to++ = c;
      }
    }
  }
  size_ += static_cast<std::size_t>(to - begin);
  return *this;
}

LineWriter& LineWriter::parameter(std::string_view value) {
  bool plain = !value.starts_with(' ') && !value.ends_with(' ') && std::ranges::none_of(value, [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F || c == '^' || c == '"' || c == ':' ||
           c == ';' || c == ',';
  });
  return plain ? raw(value) : raw(encode_param(value));
}

LineWriter& LineWriter::word(std::string_view value) {
  char* const begin = room(value.size());
  char* to = begin;
  for (char c : value) {
    if (c >= 'a' && c <= 'z') {
      *to++ = static_cast<char>(c - 'a' + 'A');
    } else if (is_name_char(c)) {
      *to++ = c;
    }
  }
  size_ += static_cast<std::size_t>(to - begin);
  return *this;
}

LineWriter& LineWriter::number(std::int64_t value) {
  char digits[24];
  auto [end, error] = std::to_chars(digits, digits + sizeof digits, value);
  return raw({digits, static_cast<std::size_t>(end - digits)});
}

LineWriter& LineWriter::moment(const Moment& moment) {
  calendar::Date date = calendar::date_of(moment.time);
  Day& day = days_[static_cast<std::uint32_t>(date.days) % days_.size()];
  if (day.days != date.days) {
    auto ymd = calendar::civil(date);
    if (ymd.year < 0 || ymd.year > 9999) return raw(print_moment(moment));
    write_pair(day.digits, ymd.year / 100);
    write_pair(day.digits + 2, ymd.year % 100);
    write_pair(day.digits + 4, ymd.month);
    write_pair(day.digits + 6, ymd.day);
    day.days = date.days;
  }
  char* to = room(kMomentSize);
  std::memcpy(to, day.digits, sizeof day.digits);
  size_ += sizeof day.digits;
  if (moment.kind == Moment::Kind::date) return *this;
  std::int32_t second = calendar::second_of_day(moment.time);
  to[8] = 'T';
  write_pair(to + 9, second / 3600);
  write_pair(to + 11, second / 60 % 60);
  write_pair(to + 13, second % 60);
  to[15] = 'Z';
  size_ += moment.kind == Moment::Kind::utc ? 8 : 7;
  return *this;
}

LineWriter& LineWriter::utc(Instant at) { return moment(moment_of(at)); }

void LineWriter::end() {
  if (lines_ != nullptr) {
    lines_->emplace_back(buffer_, 0, size_);
    size_ = 0;
    return;
  }
  if (size_ - start_ > kFoldAt) fold();
  raw(line_end_);
  start_ = size_;
}

// Spreads the line where it stands, its last part first, so that each byte moves once.
void LineWriter::fold() {
  cuts_.clear();
  const std::size_t length = size_ - start_;
  const std::string_view line(buffer_.data() + start_, length);
  for (std::size_t from = 0, fits = kFoldAt; length - from > fits; fits = kFoldAt - 1) {
    from = fold_point(line, from, fits);
    cuts_.push_back(from);
  }
  const std::size_t mark = line_end_.size() + 1;
  char* const begin = room(cuts_.size() * mark) - length;
  std::size_t end = length;
  for (std::size_t n = cuts_.size(); n > 0; --n) {
    char* const to = begin + cuts_[n - 1] + n * mark;
    std::memmove(to, begin + cuts_[n - 1], end - cuts_[n - 1]);
    to[-1] = ' ';
    std::memcpy(to - mark, line_end_.data(), line_end_.size());
    end = cuts_[n - 1];
  }
  size_ += cuts_.size() * mark;
}

std::string LineWriter::take() {
  buffer_.resize(size_);
  size_ = start_ = 0;
  return std::move(buffer_);
}

}  // namespace kalends::ical
