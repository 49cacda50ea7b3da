package org.vhostdp.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.lang.System.Logger.Level;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.vhostdp.cli.log.StderrLoggers;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** The quick reading of run's arguments means what picocli's means. */
final class RunArgumentsTest {
  @AfterEach
  void asItWas() {
    StderrLoggers.threshold(Level.INFO);
  }

  private static Map<String, Object> fields(RunArguments arguments)
      throws ReflectiveOperationException {
    Map<String, Object> values = new LinkedHashMap<>();
    for (Field field : RunArguments.class.getDeclaredFields()) {
      if (!Modifier.isStatic(field.getModifiers())) {
        values.put(field.getName(), field.get(arguments));
      }
    }
    return values;
  }

  private static Map<String, Object> byPicocli(List<String> words) throws Exception {
    RunArguments arguments = new RunArguments();
    CommandLine line = new CommandLine(arguments);
    line.addMixin("common", new CommonOptions());
    line.parseArgs(words.toArray(String[]::new));
    return fields(arguments);
  }

  private static void assertSame(List<String> words) throws Exception {
    RunArguments plain = RunArguments.plain(words);
    assertNotNull(plain, words.toString());
    assertEquals(byPicocli(words), fields(plain), words.toString());
  }

  @Test
  void everyOptionByEveryNameMeansTheSame() throws Exception {
    List<String> all = new ArrayList<>();
    CommandLine line = new CommandLine(new RunArguments());
    for (OptionSpec option : line.getCommandSpec().options()) {
      for (String name : option.names()) {
        List<String> words = new ArrayList<>(List.of(name));
        if (option.arity().max() > 0) {
          words.add("17");
        }
        assertSame(words);
        if (option.arity().max() > 0 && name.startsWith("--")) {
          assertSame(List.of(name + "=17"));
        }
      }
      all.add(option.longestName());
      if (option.arity().max() > 0) {
        all.add("18");
      }
    }
    assertSame(all);
  }

  @Test
  void repeatedOptionsAddUp() throws Exception {
    assertSame(
        List.of("-object", "a", "-object", "b,c=d", "-netdev", "n", "--store", "/x", "--store=/y"));
    assertSame(List.of());
    assertSame(List.of("--verbose", "-q", "--try"));
  }

  @Test
  void whatIsNotPlainIsLeftToPicocli() {
    for (List<String> words :
        List.of(
            List.of("--help"),
            List.of("-h"),
            List.of("--nothing"),
            List.of("extra"),
            List.of("--io-threads"),
            List.of("--io-threads", "x"),
            List.of("--io-threads", "--try"),
            List.of("--io-threads="),
            List.of("--spin-us", "-1"),
            List.of("--fd", "99999999999"),
            List.of("--socket-path", "a\0b"),
            List.of("-vq"),
            List.of("--fd", "1", "--fd", "2"),
            List.of("-c", "a", "--config", "b"),
            List.of("-c=x"),
            List.of("--try=true"))) {
      assertNull(RunArguments.plain(words), words.toString());
    }
  }
}
