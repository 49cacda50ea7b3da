package org.vhostdp.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.vhostdp.attest.json.Json;

/**
 * The way of docs/writing-a-driver.md, as an author goes it: the example in a folder of its own,
 * with the SPI and the kit from a Maven repository, is built, tested, certified, installed, and
 * carries a guest's ping.
 */
final class ExampleDriverIT {
  private static final Path TREE = Path.of("..").toAbsolutePath().normalize();
  private static final Duration BUILD_LIMIT = Duration.ofSeconds(450);
  private static final Duration LIMIT = Duration.ofSeconds(240);
  private static final Pattern TESTS =
      Pattern.compile("tests=\"(\\d+)\" errors=\"(\\d+)\" skipped=\"(\\d+)\" failures=\"(\\d+)\"");

  /** What an author's build takes from vhost-dp, by the name of its folder. */
  private static final List<String> MODULES = List.of("spi", "linux", "attest", "store", "tck");

  @TempDir private Path folder;

  @Test
  @Timeout(1200)
  void anAuthorsDriverIsBuiltCertifiedInstalledAndCarriesAGuestsPing() throws Exception {
    Path project = folder.resolve("driver-toy");
    vhostDp("driver", "new", "toy", "--dir", project.toString());
    sameAsTheExample(project);
    build(project);
    certify(project);
    String data = folder.resolve("data").toString();
    vhostDp("driver", "install", project.resolve("target/store/toy").toString(), "--data", data);
    String found = vhostDp("driver", "doctor", "toy", "--data", data);
    assertTrue(found.startsWith("ok     toy: toy 0.1.0"), found);
    Object result =
        Json.read(
            vhostDp(words("demo --guest builtin --driver toy --seconds 1 --json --data", data)));
    assertEquals(100, Json.number(Json.at(result, "ping", "received")));
    assertTrue(Json.number(Json.at(result, "guest_to_host", "bytes")) > 0, result.toString());
  }

  private static void sameAsTheExample(Path project) throws IOException {
    Path example = TREE.resolve("examples/toy-driver");
    try (Stream<Path> files = Files.walk(project)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path name = project.relativize(file);
        assertEquals(Files.readString(example.resolve(name)), Files.readString(file), "" + name);
      }
    }
  }

  /** Builds it offline, so that nothing but the repository made here can provide vhost-dp. */
  private void build(Path project) throws Exception {
    Path repository = folder.resolve("repository");
    fill(repository);
    String shared =
        System.getProperty("localRepository", System.getProperty("user.home") + "/.m2/repository");
    run(
        project,
        BUILD_LIMIT,
        TREE.resolve("mvnw").toString(),
        "--offline",
        "--batch-mode",
        "-Dmaven.repo.local=" + repository,
        "-Dmaven.repo.local.tail=" + shared,
        "-Dmaven.repo.local.tail.ignoreAvailability=true",
        "verify");
    String report =
        Files.readString(
            project.resolve("target/surefire-reports/TEST-org.example.toy.ToyDriverTest.xml"));
    Matcher tests = TESTS.matcher(report);
    assertTrue(tests.find(), report);
    assertTrue(Integer.parseInt(tests.group(1)) > 90, tests.group());
    assertEquals("0", tests.group(2), tests.group());
    assertEquals("0", tests.group(4), tests.group());
    assertTrue(Files.exists(project.resolve("target/driver-toy-0.1.0.zip")));
  }

  /** As "mvn install" of vhost-dp would: jars and their poms. */
  private static void fill(Path repository) throws IOException {
    Path parent = repository.resolve("org/vhostdp/vhost-dp-parent/1");
    Files.createDirectories(parent);
    Files.copy(TREE.resolve("pom.xml"), parent.resolve("vhost-dp-parent-1.pom"));
    for (String module : MODULES) {
      String start = "vhost-dp-" + module + "-";
      Path jar = jar(start);
      String name = jar.getFileName().toString();
      String version = name.substring(start.length(), name.length() - ".jar".length());
      Path to = repository.resolve("org/vhostdp/vhost-dp-" + module).resolve(version);
      Files.createDirectories(to);
      Files.copy(jar, to.resolve(name));
      Files.copy(TREE.resolve(module).resolve("pom.xml"), to.resolve(start + version + ".pom"));
    }
  }

  private static Path jar(String start) throws IOException {
    try (Stream<Path> jars = Files.list(VhostDp.IMAGE.resolve("lib"))) {
      return jars.filter(jar -> jar.getFileName().toString().startsWith(start))
          .findAny()
          .orElseThrow(() -> new IOException("the image has no " + start + "*.jar"));
    }
  }

  private void certify(Path project) throws Exception {
    String driver = project.resolve("target/store/toy").toString();
    String report = folder.resolve("report").toString();
    String key = folder.resolve("me.pem").toString();
    String said = vhostDp("tck", "run", "--quiet", "--driver", driver, "--report", report);
    assertTrue(said.startsWith("toy 0.1.0 passes"), said);
    vhostDp("tck", "key", key);
    vhostDp("tck", "sign", "--result", report, "--key", key, "--driver", driver);
    Path trust = Files.createDirectories(folder.resolve("trust/self")).getParent();
    Files.copy(folder.resolve("me.pub.pem"), trust.resolve("self/me.pem"));
    String verified = vhostDp(words("tck verify --level self --trust " + trust, driver));
    assertTrue(verified.contains("verdict      pass"), verified);
  }

  private static String[] words(String line, String last) {
    List<String> words = new ArrayList<>(List.of(line.split(" ")));
    words.add(last);
    return words.toArray(String[]::new);
  }

  private String vhostDp(String... words) throws Exception {
    List<String> all = new ArrayList<>(List.of(VhostDp.COMMAND));
    all.addAll(List.of(words));
    return run(folder, LIMIT, all.toArray(String[]::new));
  }

  /** Runs a program that must succeed; what it says. */
  private String run(Path where, Duration limit, String... words) throws Exception {
    Path out = folder.resolve("out");
    Path err = folder.resolve("err");
    List<String> command = new ArrayList<>(List.of("timeout", "-k", "1", "" + limit.toSeconds()));
    command.addAll(List.of(words));
    ProcessBuilder builder = new ProcessBuilder(command).directory(where.toFile());
    builder.redirectOutput(out.toFile()).redirectError(err.toFile());
    Map<String, String> environment = builder.environment();
    environment.put("JAVA_HOME", System.getProperty("java.home"));
    Process process = builder.start();
    try {
      assertTrue(process.waitFor(limit.toSeconds() + 5, TimeUnit.SECONDS), "" + command);
    } finally {
      process.destroyForcibly();
    }
    String said = Files.readString(out);
    assertEquals(0, process.exitValue(), () -> command + "\n" + said + "\n" + text(err));
    assertFalse(text(err).contains("\tat "), () -> text(err));
    return said;
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.toString();
    }
  }
}
