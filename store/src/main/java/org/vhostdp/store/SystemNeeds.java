package org.vhostdp.store;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.vhostdp.attest.Printable;

/** What a descriptor says that its driver needs of the machine. */
final class SystemNeeds {
  private static final Pattern LIBRARY = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.+-]{0,127}");
  private static final Pattern PACKAGE = Pattern.compile("[a-z0-9][a-z0-9+.-]{1,127}");
  private static final Pattern PRIVILEGE = Pattern.compile("CAP_[A-Z_]{1,60}");

  private SystemNeeds() {}

  /** Names of shared libraries, by blanks or commas. */
  static List<String> libraries(String text) {
    List<String> names = words(text);
    for (String name : names) {
      require(LIBRARY, name, "is not the name of a shared library, such as libbpf.so.1");
    }
    return names;
  }

  /** Library and Debian's package of it, such as {@code libbpf.so.1:libbpf1}. */
  static Map<String, String> packages(String text) {
    Map<String, String> packages = new LinkedHashMap<>();
    for (String word : words(text)) {
      int colon = Math.max(0, word.indexOf(':'));
      require(
          LIBRARY,
          word.substring(0, colon),
          "is not a library in \"packages\"; write it like libbpf.so.1:libbpf1");
      require(PACKAGE, word.substring(colon + 1), "is not the name of a package");
      packages.put(word.substring(0, colon), word.substring(colon + 1));
    }
    return packages;
  }

  /** Names of capabilities. */
  static List<String> privileges(String text) {
    List<String> names = words(text);
    for (String name : names) {
      require(PRIVILEGE, name, "is not the name of a privilege, such as CAP_NET_ADMIN");
    }
    return names;
  }

  private static List<String> words(String text) {
    return Arrays.stream(text.split("[\\s,]+")).filter(name -> !name.isEmpty()).toList();
  }

  private static void require(Pattern form, String name, String otherwise) {
    if (!form.matcher(name).matches()) {
      throw new IllegalArgumentException("\"%s\" %s".formatted(Printable.of(name), otherwise));
    }
  }
}
