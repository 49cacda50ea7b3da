package org.vhostdp.cli.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.vhostdp.cli.config.Section.Kind;

/**
 * Reads {@code -object vhost-dp-TYPE,id=NAME,key=value...} and {@code -netdev
 * vhost-dp,id=NAME,key=value...}, in QEMU's notation: a comma inside a value is written twice.
 */
final class OptionSource {
  private static final String OBJECT = "vhost-dp-";
  private static final String NETDEV = "vhost-dp";

  private OptionSource() {}

  /** The section of an -object option, or null after a mistake. */
  static Section object(String text, Mistakes mistakes) {
    List<String> words = words(text);
    String first = words.getFirst();
    if (!first.startsWith(OBJECT) || first.length() == OBJECT.length()) {
      mistakes.add(
          "-object " + text,
          "\""
              + first
              + "\" is no driver object: write vhost-dp-TYPE,id=NAME, such as"
              + " vhost-dp-tap,id=tap0.");
      return null;
    }
    Section section = section(Kind.DRIVER, "-object " + text, words, mistakes);
    if (section == null) {
      return null;
    }
    Map<String, Value> values = new LinkedHashMap<>();
    values.put("type", new Value(first.substring(OBJECT.length()), section.where()));
    section.values().forEach((key, value) -> put(values, key, value, section, mistakes));
    return new Section(Kind.DRIVER, section.name(), section.where(), section.label(), values);
  }

  /** The section of a -netdev option, or null after a mistake. */
  static Section netdev(String text, Mistakes mistakes) {
    List<String> words = words(text);
    if (!words.getFirst().equals(NETDEV)) {
      mistakes.add(
          "-netdev " + text,
          "\""
              + words.getFirst()
              + "\" is no netdev of this program: write"
              + " vhost-dp,id=NAME,driver=NAME.");
      return null;
    }
    return section(Kind.NETDEV, "-netdev " + text, words, mistakes);
  }

  private static Section section(Kind kind, String where, List<String> words, Mistakes mistakes) {
    Map<String, Value> values = new LinkedHashMap<>();
    Section draft = new Section(kind, "", where, "", values);
    for (String word : words.subList(1, words.size())) {
      int equals = word.indexOf('=');
      if (equals < 1) {
        mistakes.add(where, "\"" + word + "\" is not of the form key=value.");
      } else {
        String key = word.substring(0, equals);
        put(values, key, new Value(word.substring(equals + 1), where), draft, mistakes);
      }
    }
    Value id = values.remove("id");
    if (id == null) {
      mistakes.add(where, "The key \"id\" is missing: it names the object.");
      return null;
    }
    String label = (kind == Kind.DRIVER ? "-object id=" : "-netdev id=") + id.raw();
    return new Section(kind, id.raw().toString(), where, label, values);
  }

  private static void put(
      Map<String, Value> values, String key, Value value, Section section, Mistakes mistakes) {
    if (values.put(key, value) != null) {
      mistakes.add(section.where(), "The key \"" + key + "\" is given twice.");
    }
  }

  /** Splits at single commas; a double comma stands for one. */
  static List<String> words(String text) {
    List<String> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c != ',') {
        word.append(c);
      } else if (i + 1 < text.length() && text.charAt(i + 1) == ',') {
        word.append(c);
        i++;
      } else {
        words.add(word.toString());
        word.setLength(0);
      }
    }
    words.add(word.toString());
    return words;
  }
}
