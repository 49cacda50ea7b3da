package org.vhostdp.tck;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The numbered sentences of the SPI's Javadoc, without markup. */
final class SpiSentences {
  private static final Path SOURCES = Path.of("../spi/src/main/java/org/vhostdp/spi");
  private static final Pattern COMMENT = Pattern.compile("/\\*\\*(.*?)\\*/", Pattern.DOTALL);
  private static final Pattern LEADING_STAR = Pattern.compile("(?m)^\\s*\\*");
  private static final Pattern NUMBERED =
      Pattern.compile(
          "<b>\\s*([A-Z]+-\\d+)\\s*</b>(.*?)(?=<b>\\s*[A-Z]+-\\d+|</?[uo]l>|<li>|<p>|$)");
  private static final Pattern LINK =
      Pattern.compile("\\{@(?:link|linkplain|code)\\s+([^\\s}]+)\\s*([^}]*)}");

  private SpiSentences() {}

  /**
   * A sentence as it stands.
   *
   * @param type the SPI type whose source has it
   */
  record Sentence(String id, String type, String text) {}

  static List<Sentence> read() throws IOException {
    List<Sentence> sentences = new ArrayList<>();
    try (Stream<Path> files = Files.walk(SOURCES)) {
      for (Path file : files.filter(name -> name.toString().endsWith(".java")).sorted().toList()) {
        String type = file.getFileName().toString().replace(".java", "");
        Matcher comment = COMMENT.matcher(Files.readString(file));
        while (comment.find()) {
          addOf(comment.group(1), type, sentences);
        }
      }
    }
    return sentences;
  }

  private static void addOf(String comment, String type, List<Sentence> sentences) {
    String flat = flat(LEADING_STAR.matcher(comment).replaceAll(" "));
    Matcher numbered = NUMBERED.matcher(flat);
    while (numbered.find()) {
      sentences.add(new Sentence(numbered.group(1), type, plain(numbered.group(2))));
    }
  }

  private static String plain(String marked) {
    String text = LINK.matcher(marked).replaceAll(SpiSentences::shown);
    return flat(text.replaceAll("</?(em|i|b)>", ""));
  }

  /** A link's label, or its target as Javadoc writes it. */
  private static String shown(MatchResult link) {
    String target = link.group(1);
    String rest = link.group(2).strip();
    String text;
    if (link.group().startsWith("{@code")) {
      text = (target + " " + rest).strip();
    } else if (rest.isEmpty()) {
      text = (target.startsWith("#") ? target.substring(1) : target).replace('#', '.');
    } else {
      text = rest;
    }
    return Matcher.quoteReplacement(text);
  }

  private static String flat(String text) {
    return text.replaceAll("\\s+", " ").strip();
  }
}
