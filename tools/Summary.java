import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * Reads all test reports of the build and prints every skip with its reason, every failure with its first line, and as
 * the last line {@code N passed, N failed, N skipped}. Run by ./build: {@code java tools/Summary.java LOG EXIT ROOT}.
 *
 * <p>A test that passed only when it was run again is counted as passed and listed with its first failure; more than
 * {@value #MOST_LATE} of them count as failures, for then it is not the machine that stalls now and then.
 *
 * <p>Exit code 1 when a test failed, when none passed, or when Maven failed or logged an error that no failed test
 * explains (a test process that died, say), which counts as a failure too.
 */
final class Summary {
  /** What Maven says after every failure. */
  private static final Pattern ADVICE =
      Pattern.compile("(-> )?\\[Help|To see the full|Re-run Maven|For more information|After correcting|mvn <args>");

  private static final int MOST_LATE = 3;

  /** What is logged of a test that failed; the report says how it ended. */
  private static final Pattern OF_A_TEST = Pattern.compile("Tests run: .*|Run \\d+: .*|.* <<< (FAILURE|ERROR)!.*");

  private int passed;
  private final List<String> late = new ArrayList<>();
  private final List<String> failures = new ArrayList<>();
  private final List<String> skips = new ArrayList<>();

  public static void main(String[] args) throws IOException, XMLStreamException {
    selfCheck();
    Path log = Path.of(args[0]);
    int mavenExit = Integer.parseInt(args[1]);
    Summary summary = new Summary();
    for (Path report : reports(Path.of(args[2]))) {
      try (InputStream in = Files.newInputStream(report)) {
        summary.read(in);
      } catch (XMLStreamException e) {
        summary.failures.add(report + ": the report is not whole: " + firstLine(e.getMessage()));
      }
    }
    summary.judgeMaven(mavenExit, errors(log));
    summary.judgeLate();
    System.out.print(summary.text());
    System.exit(summary.isGood() ? 0 : 1);
  }

  private static List<Path> reports(Path root) throws IOException {
    try (Stream<Path> files = Files.find(root, 4, (path, attributes) -> isReport(path))) {
      return files.sorted().toList();
    }
  }

  private static boolean isReport(Path path) {
    return path.toString().matches(".*/target/(surefire|failsafe)-reports/TEST-[^/]*\\.xml");
  }

  private static List<String> errors(Path log) throws IOException {
    String text = new String(Files.readAllBytes(log), StandardCharsets.UTF_8);
    return text.lines()
        .filter(line -> line.startsWith("[ERROR] "))
        .map(line -> line.substring(8).strip())
        .filter(line -> !line.isEmpty() && !line.startsWith("at ") && !ADVICE.matcher(line).lookingAt())
        .filter(line -> !OF_A_TEST.matcher(line).matches())
        .distinct()
        .toList();
  }

  private void read(InputStream in) throws XMLStreamException {
    XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    XMLStreamReader xml = factory.createXMLStreamReader(in);
    String name = "";
    boolean counted = true;
    boolean again = false;
    while (xml.hasNext()) {
      int event = xml.next();
      if (event == XMLStreamConstants.START_ELEMENT) {
        switch (xml.getLocalName()) {
          case "testcase" -> {
            name = testName(xml);
            counted = false;
            again = false;
          }
          case "skipped" -> {
            skips.add(name + ": " + reason(xml));
            counted = true;
          }
          case "failure", "error" -> {
            failures.add(name + ": " + reason(xml));
            counted = true;
          }
          case "flakyFailure", "flakyError" -> {
            if (!again) {
              late.add(name + ": " + reason(xml));
              again = true;
            }
          }
          default -> {}
        }
      } else if (event == XMLStreamConstants.END_ELEMENT
          && xml.getLocalName().equals("testcase")
          && !counted) {
        passed++;
      }
    }
  }

  private static String testName(XMLStreamReader xml) {
    String type = xml.getAttributeValue(null, "classname");
    String method = xml.getAttributeValue(null, "name");
    String simple = type == null ? "" : type.substring(type.lastIndexOf('.') + 1);
    return method == null || method.isEmpty() || method.equals(type) ? simple : simple + "." + method;
  }

  private static String reason(XMLStreamReader xml) throws XMLStreamException {
    String message = xml.getAttributeValue(null, "message");
    String type = xml.getAttributeValue(null, "type");
    String text = message == null || message.isBlank() ? xml.getElementText() : message;
    String line = firstLine(text);
    if (line.endsWith(":")) {
      line += text.strip().lines().skip(1).findFirst().map(next -> " " + next.strip()).orElse("");
    }
    if (type != null && line.startsWith(type + ": ")) {
      line = line.substring(type.length() + 2);
    }
    String assumption = "Assumption failed: ";
    line = line.startsWith(assumption) ? line.substring(assumption.length()) : line;
    return line.isEmpty() ? "no reason given" : line;
  }

  private static String firstLine(String text) {
    return text == null ? "" : text.strip().lines().findFirst().orElse("").strip();
  }

  /** Maven itself goes on after failed tests, so a failure of Maven, or an error it only logs, is one more failure. */
  private void judgeMaven(int exit, List<String> errors) {
    if (exit != 0 || (failures.isEmpty() && !errors.isEmpty())) {
      String lines = String.join("\n    ", errors.subList(0, Math.min(errors.size(), 20)));
      failures.add("Maven, exit code " + exit + ", whole output in target/test.log\n    " + lines);
    }
  }

  private void judgeLate() {
    if (late.size() > MOST_LATE) {
      failures.add(late.size() + " tests passed only when they were run again; more than " + MOST_LATE + " are too many");
    }
  }

  private boolean isGood() {
    return failures.isEmpty() && passed > 0;
  }

  private String text() {
    StringBuilder out = new StringBuilder("\n");
    list(out, "Skipped:", skips);
    list(out, "Passed only when run again (a test or the product has a race; mend it):", late);
    list(out, "Failed:", failures);
    if (passed == 0) {
      out.append("No test passed.\n\n");
    }
    return out.append(passed).append(" passed, ").append(failures.size()).append(" failed, ")
        .append(skips.size()).append(" skipped\n").toString();
  }

  private static void list(StringBuilder out, String head, List<String> lines) {
    if (!lines.isEmpty()) {
      out.append(head).append('\n');
      lines.forEach(line -> out.append("  ").append(line).append('\n'));
      out.append('\n');
    }
  }

  /** A report with one test of each kind must give the known text; otherwise nothing this program says is worth much. */
  private static void selfCheck() throws XMLStreamException {
    String report =
        """
        <testsuite name="a.T">
          <testcase name="good" classname="a.T"><system-out><![CDATA[<failure/>]]></system-out></testcase>
          <testcase name="bad" classname="a.T"><failure message="expected:&#10;1&#10;got 2" type="E">x</failure></testcase>
          <testcase name="broken" classname="a.T"><error type="E"><![CDATA[E: boom
            at line 2]]></error></testcase>
          <testcase name="off" classname="a.T"><skipped type="A"><![CDATA[A: Assumption failed: no moon
            at x]]></skipped></testcase>
          <testcase name="late" classname="a.T"><flakyFailure message="too soon" type="E"><stackTrace>x</stackTrace>
            </flakyFailure><flakyError message="and again" type="E"/></testcase>
        </testsuite>
        """;
    Summary summary = new Summary();
    summary.read(new ByteArrayInputStream(report.getBytes(StandardCharsets.UTF_8)));
    String expected =
        """

        Skipped:
          T.off: no moon

        Passed only when run again (a test or the product has a race; mend it):
          T.late: too soon

        Failed:
          T.bad: expected: 1
          T.broken: boom

        2 passed, 2 failed, 1 skipped
        """;
    Summary good = new Summary();
    good.passed = 1;
    good.judgeMaven(0, List.of());
    Summary later = new Summary();
    later.passed = 9;
    later.late.addAll(List.of("a", "b", "c"));
    later.judgeLate();
    boolean fewAreGood = later.isGood();
    later.late.add("d");
    later.judgeLate();
    Summary broken = new Summary();
    broken.passed = 1;
    broken.judgeMaven(0, List.of("the test process died"));
    boolean right =
        summary.text().equals(expected)
            && !summary.isGood()
            && good.isGood()
            && fewAreGood
            && !later.isGood()
            && !broken.isGood()
            && !new Summary().isGood();
    if (!right) {
      throw new IllegalStateException("Summary's self-check failed:" + summary.text());
    }
  }
}
