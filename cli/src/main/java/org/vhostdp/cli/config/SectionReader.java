package org.vhostdp.cli.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Reads the typed keys of one section; remembers which were asked for, to name the others. */
final class SectionReader {
  private final Section section;
  private final Mistakes mistakes;
  private final Set<String> known = new TreeSet<>();

  SectionReader(Section section, Mistakes mistakes) {
    this.section = section;
    this.mistakes = mistakes;
  }

  Value value(String key) {
    known.add(key);
    return section.values().get(key);
  }

  void wrong(Value value, String key, String form) {
    Object shown = value.raw() instanceof String text ? "\"" + text + "\"" : value.raw();
    mistakes.add(
        value.where(), "In %s: %s = %s is not %s.".formatted(section.label(), key, shown, form));
  }

  /** Text, or the other value if the key is absent or wrong. */
  String text(String key, String absent, String form) {
    Value value = value(key);
    if (value == null) {
      return absent;
    }
    if (value.raw() instanceof String text && !text.isEmpty() && text.indexOf('\0') < 0) {
      return text;
    }
    wrong(value, key, form);
    return absent;
  }

  /** A whole number from min to max, or the other value if the key is absent or wrong. */
  int number(String key, int min, int max, int absent) {
    Value value = value(key);
    if (value == null) {
      return absent;
    }
    long number = Numbers.whole(value.raw());
    if (number < min || number > max) {
      wrong(value, key, "a whole number from " + min + " to " + max);
      return absent;
    }
    return (int) number;
  }

  boolean flag(String key, boolean absent) {
    Value value = value(key);
    if (value == null) {
      return absent;
    }
    if (value.raw() instanceof Boolean on) {
      return on;
    }
    // QEMU's options write on and off.
    String text = value.raw() instanceof String s ? s : "";
    switch (text) {
      case "true", "on" -> {
        return true;
      }
      case "false", "off" -> {
        return false;
      }
      default -> {
        wrong(value, key, "true or false");
        return absent;
      }
    }
  }

  /** Words: a list of text, or one text with the words separated by colons or commas. */
  List<String> words(String key) {
    Value value = value(key);
    if (value == null) {
      return List.of();
    }
    List<?> parts =
        value.raw() instanceof List<?> list
            ? list
            : value.raw() instanceof String text ? List.of(text.split("[:,]")) : null;
    List<String> words = new ArrayList<>();
    if (parts != null) {
      for (Object part : parts) {
        if (part instanceof String word && !word.isBlank() && word.indexOf('\0') < 0) {
          words.add(word.strip());
        }
      }
    }
    if (parts == null || words.size() < parts.size()) {
      wrong(value, key, "a list of text");
    }
    return words;
  }

  /**
   * Lines: a list of text, or one text with the lines separated by semicolons, each with where it
   * stands.
   */
  List<Value> lines(String key) {
    Value value = value(key);
    if (value == null) {
      return List.of();
    }
    List<?> parts =
        value.raw() instanceof List<?> list
            ? list
            : value.raw() instanceof String text ? List.of(text.split(";")) : List.of(0);
    List<Value> lines = new ArrayList<>();
    for (Object part : parts) {
      if (part instanceof String line && line.indexOf('\0') < 0) {
        lines.add(new Value(line.strip(), value.where()));
      } else {
        wrong(value, key, "a list of text");
        return List.of();
      }
    }
    return lines;
  }

  /** Notes a mistake of a value that somebody else found, as a sentence. */
  void refused(Value value, String sentence) {
    mistakes.add(value.where(), "In " + section.label() + ": " + sentence);
  }

  void missing(String key, String form) {
    if (value(key) == null) {
      mistakes.add(
          section.where(),
          "In %s: the key \"%s\" is missing: %s.".formatted(section.label(), key, form));
    }
  }

  /** Whether there is a key that nobody has asked for. */
  boolean hasOthers() {
    return !known.containsAll(section.values().keySet());
  }

  /** Names every key that nobody has asked for. */
  void refuseOthers() {
    section
        .values()
        .forEach(
            (key, value) -> {
              if (!known.contains(key)) {
                mistakes.add(value.where(), unknown(section.label(), key, known));
              }
            });
  }

  static String unknown(String label, String key, Set<String> known) {
    String all = known.isEmpty() ? "none" : String.join(", ", known);
    return "In %s: the key \"%s\" is unknown (known: %s).%s"
        .formatted(label, key, all, Suggestion.question(key, known));
  }
}
