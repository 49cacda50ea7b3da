package org.vhostdp.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vhostdp.attest.json.Json;
import org.vhostdp.spi.SpiVersion;

final class MainTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "--help",
        "run --help",
        "demo --help",
        "status --help",
        "top --help",
        "port --help",
        "port list --help",
        "port swap --help",
        "qos --help",
        "qos show --help",
        "qos set --help",
        "qos add --help",
        "qos clear --help",
        "driver --help",
        "driver list --help",
        "driver show --help",
        "driver doctor --help",
        "driver verify --help",
        "driver install --help",
        "driver enable --help",
        "driver disable --help",
        "driver rollback --help",
        "driver remove --help",
        "driver search --help",
        "driver catalogue --help",
        "tck rules --help",
        "tck run --help",
        "config --help",
        "config check --help",
        "config show --help",
        "config example --help",
        "completion --help"
      })
  void everyCommandHasHelpWithExamples(String words) {
    Invocation help = Invocation.of(words.split(" "));
    assertEquals(0, help.code(), help.err());
    assertTrue(help.out().startsWith("Usage: vhost-dp"), help.out());
    assertTrue(help.out().contains("Examples:\n  "), help.out());
    assertEquals("", help.err());
  }

  @Test
  void theHelpNamesEveryCommandAndTheExitCodes() {
    String help = Invocation.of("--help").out();
    for (String command :
        List.of("run", "demo", "status", "top", "port", "qos", "driver", "config", "completion")) {
      assertTrue(help.contains("\n  " + command), help);
    }
    assertTrue(help.contains("Exit codes: 0 done, 1 failed, 2 wrong options"), help);
  }

  @Test
  void theVersionNamesSpiAndJava() {
    Invocation version = Invocation.of("--version");
    assertEquals(0, version.code());
    assertTrue(version.out().startsWith("vhost-dp "), version.out());
    assertTrue(version.out().contains("\nSPI " + SpiVersion.CURRENT + "\nJava "), version.out());
  }

  @Test
  void helpIsAskedForInWordsToo() {
    assertEquals(Invocation.of("--help").out(), Invocation.of("help").out());
    assertEquals(
        Invocation.of("qos", "set", "--help").out(), Invocation.of("help", "qos", "set").out());
  }

  @Test
  void noCommandIsWrongUsage() {
    Invocation nothing = Invocation.of();
    assertEquals(2, nothing.code());
    assertTrue(nothing.err().startsWith("vhost-dp: A command is missing."), nothing.err());
    assertEquals(2, Invocation.of("driver").code());
    assertEquals(2, Invocation.of("port").code());
    assertEquals(2, Invocation.of("qos").code());
    assertEquals(2, Invocation.of("config").code());
  }

  @Test
  void aMistypedCommandBringsAProposal() {
    Invocation wrong = Invocation.of("stauts");
    assertEquals(2, wrong.code());
    assertTrue(wrong.err().contains("\"stauts\" has no meaning here."), wrong.err());
    assertTrue(wrong.err().contains("status"), wrong.err());
  }

  @Test
  void anUnknownOptionIsNamed() {
    Invocation wrong = Invocation.of("run", "--nothing");
    assertEquals(2, wrong.code());
    assertTrue(wrong.err().contains("'--nothing'"), wrong.err());
    assertFalse(wrong.err().contains("\tat "), wrong.err());
  }

  @Test
  void optionsAloneAreThoseOfRun() {
    assertArrayEquals(
        new String[] {"run", "--socket-path", "/x"},
        Main.withCommand(new String[] {"--socket-path", "/x"}));
    assertArrayEquals(
        new String[] {"run", "-object", "a", "-netdev", "b"},
        Main.withCommand(new String[] {"-object", "a", "-netdev", "b"}));
    for (String[] own :
        new String[][] {{}, {"--help"}, {"-V"}, {"demo", "--json"}, {"-v", "status"}}) {
      assertArrayEquals(own, Main.withCommand(own));
    }
  }

  @Test
  void capabilitiesStandAboveAllOtherOptions() throws Exception {
    Invocation printed = Invocation.of("--socket-path", "/x", "--print-capabilities", "--bogus");
    assertEquals(0, printed.code());
    Object capabilities = Json.read(printed.out());
    assertEquals("net", Json.at(capabilities, "type"));
    assertTrue(Json.array(Json.at(capabilities, "features")).contains("version_1"));
  }

  /** Each command under driver, and options of it that others may not have. */
  private static final List<String> DRIVER_COMMANDS =
      List.of(
          "list --store --data --trust --config --json",
          "show --store --data --json",
          "verify --level --data --trust --config --json",
          "doctor --data --trust --config --json",
          "install --repository --no-enable --force --data --trust --config --json",
          "enable --data --trust --config --json",
          "disable --data --config --json",
          "rollback --data --config --json",
          "remove --force --data --config --json",
          "search --repository --catalogue --config --json",
          "catalogue --html --store --data --json");

  /** In picocli's script each command has a function with the words that may follow it. */
  private static void assertCompletes(String script, String[] words) {
    List<String> commands = wordsOf(script, "_picocli_vhost-dp_driver", "commands");
    assertTrue(commands.contains(words[0]), () -> words[0] + " is not in " + commands);
    String function = "_picocli_vhost-dp_driver_" + words[0];
    List<String> options = new ArrayList<>(wordsOf(script, function, "flag_opts"));
    options.addAll(wordsOf(script, function, "arg_opts"));
    for (int i = 1; i < words.length; i++) {
      String option = words[i];
      assertTrue(options.contains(option), () -> words[0] + ": " + option + " not in " + options);
    }
  }

  private static List<String> wordsOf(String script, String function, String variable) {
    int start = script.indexOf("function " + function + "() {");
    assertTrue(start >= 0, function);
    String body = script.substring(start, script.indexOf("\n}", start));
    Matcher found = Pattern.compile("local " + variable + "=[\"(]([^\")]*)").matcher(body);
    assertTrue(found.find(), () -> variable + " is not in " + body);
    return List.of(found.group(1).replace("'", "").strip().split("\\s+"));
  }

  @Test
  void completionNamesCommandsAndOptions() {
    for (String shell : List.of("bash", "zsh")) {
      Invocation script = Invocation.of("completion", shell);
      assertEquals(0, script.code(), script.err());
      assertTrue(script.out().contains("--socket-path"), shell);
      assertTrue(script.out().contains("doctor"), shell);
      for (String words : DRIVER_COMMANDS) {
        assertCompletes(script.out(), words.split(" "));
      }
    }
    assertTrue(Invocation.of("completion", "zsh").out().startsWith("#compdef vhost-dp"));
    assertEquals(2, Invocation.of("completion", "fish").code());
  }
}
