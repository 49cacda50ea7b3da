package org.vhostdp.cli.config;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tomlj.Toml;
import org.tomlj.TomlArray;
import org.tomlj.TomlParseError;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlPosition;
import org.tomlj.TomlTable;
import org.vhostdp.cli.config.Section.Kind;

/** Reads the sections of a TOML file. */
final class TomlSource {
  private static final long MOST_BYTES = 1 << 20;
  private static final List<String> TOP =
      List.of("driver", "netdev", "dataplane", "trust", "market");

  private static final Map<String, Kind> SINGLE =
      Map.of("dataplane", Kind.DATAPLANE, "trust", Kind.TRUST, "market", Kind.MARKET);

  private final String file;
  private final Mistakes mistakes;
  private final List<Section> sections = new ArrayList<>();

  private TomlSource(String file, Mistakes mistakes) {
    this.file = file;
    this.mistakes = mistakes;
  }

  /** The sections of a file, in its order; what cannot be understood is noted as a mistake. */
  static List<Section> read(Path path, Mistakes mistakes) {
    try {
      if (Files.size(path) > MOST_BYTES) {
        mistakes.add("", "The file " + path + " is larger than " + MOST_BYTES + " bytes.");
        return List.of();
      }
      return parse(path.toString(), Files.readString(path), mistakes);
    } catch (NoSuchFileException e) {
      mistakes.add("", "There is no file " + path + ".");
    } catch (CharacterCodingException e) {
      mistakes.add("", "The file " + path + " is not text in UTF-8.");
    } catch (IOException e) {
      mistakes.add("", "The file " + path + " cannot be read: " + e.getMessage() + ".");
    }
    return List.of();
  }

  static List<Section> parse(String file, String text, Mistakes mistakes) {
    TomlParseResult root = Toml.parse(text);
    for (TomlParseError error : root.errors()) {
      mistakes.add(file + ":" + error.position().line(), sentence(error.getMessage()));
    }
    if (root.hasErrors()) {
      return List.of();
    }
    TomlSource source = new TomlSource(file, mistakes);
    for (String key : root.keySet()) {
      source.top(root, key);
    }
    return source.sections;
  }

  private static String sentence(String message) {
    String text = message == null ? "this is not TOML" : message.strip();
    return Character.toUpperCase(text.charAt(0))
        + text.substring(1)
        + (text.endsWith(".") ? "" : ".");
  }

  private String where(TomlTable table, String key) {
    TomlPosition position = table.inputPositionOf(List.of(key));
    return position == null ? file : file + ":" + position.line();
  }

  private void top(TomlTable root, String key) {
    String where = where(root, key);
    if (!TOP.contains(key)) {
      mistakes.add(
          where,
          "\""
              + key
              + "\" is no section; there are [dataplane], [trust], [market], [driver.NAME] and"
              + " [netdev.NAME]."
              + Suggestion.question(key, TOP));
    } else if (!(root.get(List.of(key)) instanceof TomlTable table)) {
      mistakes.add(where, "\"" + key + "\" is a section: write it in brackets.");
    } else if (SINGLE.containsKey(key)) {
      add(SINGLE.get(key), "", where, "[" + key + "]", table);
    } else {
      named(key, table);
    }
  }

  private void named(String kind, TomlTable table) {
    for (String name : table.keySet()) {
      String where = where(table, name);
      if (table.get(List.of(name)) instanceof TomlTable keys) {
        Kind of = kind.equals("driver") ? Kind.DRIVER : Kind.NETDEV;
        add(of, name, where, "[" + kind + "." + name + "]", keys);
      } else {
        mistakes.add(where, "The section [%s] has no name: write [%s.NAME].".formatted(kind, kind));
        return;
      }
    }
  }

  private void add(Kind kind, String name, String where, String label, TomlTable table) {
    Map<String, Value> values = new LinkedHashMap<>();
    for (String key : table.keySet()) {
      values.put(key, new Value(plain(table.get(List.of(key))), where(table, key)));
    }
    sections.add(new Section(kind, name, where, label, values));
  }

  private static Object plain(Object value) {
    return value instanceof TomlArray array ? array.toList() : value;
  }
}
