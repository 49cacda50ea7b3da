package org.vhostdp.rig;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.vhostdp.rig.inside.TestRun;

/**
 * JUnit tests that run in a guest, with this process's JDK and class path, and count here: each is
 * one dynamic test, which passes, fails or is skipped as it did there.
 */
public final class GuestTests {
  /** The tag of tests that need a guest's kernel; ordinary runs leave them out. */
  public static final String TAG = "guest-kernel";

  private static final String CLASS_PATH = System.getProperty("java.class.path");

  private final Path classes;
  private String tag = TAG;
  private String pattern = ".*";
  private List<String> jvmOptions = List.of();
  private Duration each = Duration.ofSeconds(120);
  private Duration all = Duration.ofMinutes(10);

  private GuestTests(Path classes) {
    this.classes = classes;
  }

  /**
   * Those in a folder of classes, such as {@code driver-x/target/test-classes}, which goes before
   * this process's own class path.
   */
  public static GuestTests in(Path classes) {
    return new GuestTests(classes.toAbsolutePath().normalize());
  }

  /** Those with this tag, instead of {@link #TAG}. */
  public GuestTests tagged(String name) {
    tag = name;
    return this;
  }

  /** Only those of classes whose whole names match. */
  public GuestTests classesLike(String regex) {
    pattern = regex;
    return this;
  }

  /** More options for their JVM. */
  public GuestTests withJvmOptions(String... options) {
    jvmOptions = List.of(options);
    return this;
  }

  /** What one test has unless it says otherwise, and what all of them have. */
  public GuestTests withLimits(Duration forEach, Duration forAll) {
    each = forEach;
    all = forAll;
    return this;
  }

  /**
   * Starts them, in one JVM of the guest, and gives each as soon as it starts there. What they
   * print goes to standard output and to {@code tests-NAME.txt} in the guest's reports.
   */
  public Stream<DynamicTest> runIn(KernelGuest guest) {
    if (!Files.isDirectory(classes)) {
      throw new IllegalStateException(
          "There are no tests in " + classes + ": build them first (./build guest -- test does).");
    }
    guest.see(Path.of(System.getProperty("java.home")));
    for (String entry : CLASS_PATH.split(File.pathSeparator)) {
      guest.see(Path.of(entry).toAbsolutePath());
    }
    String mark = "@" + UUID.randomUUID();
    TestFeed feed = new TestFeed(mark, guest.reports().resolve(logName()));
    Thread.ofPlatform().daemon().name("guest-tests").start(() -> run(guest, command(mark), feed));
    Spliterator<DynamicTest> tests =
        Spliterators.spliteratorUnknownSize(feed, Spliterator.ORDERED | Spliterator.NONNULL);
    return StreamSupport.stream(tests, false).onClose(() -> abandon(guest, feed));
  }

  private String logName() {
    List<String> names = new ArrayList<>();
    classes.forEach(name -> names.add(name.toString()));
    int end = names.size();
    return "tests-" + (end >= 3 ? names.get(end - 3) : names.getLast()) + ".txt";
  }

  private void run(KernelGuest guest, String command, TestFeed feed) {
    String how;
    try (Lines lines = new Lines(feed::line)) {
      how = sentence(guest.run(command, classes.getParent(), all, lines).status());
    } catch (IOException failure) {
      how = failure.getMessage();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      how = "The run was interrupted.";
    }
    feed.ended(how);
  }

  private String sentence(int status) {
    return switch (status) {
      case 0 -> "The guest's JVM ended with status 0 before all tests were run.";
      case 124, 137 -> "The guest's JVM was killed: all tests have " + all.toSeconds() + " s.";
      default -> "The guest's JVM died with status " + status + ".";
    };
  }

  /** Whoever reads no further, as when the tests themselves were timed out, ends the guest. */
  private static void abandon(KernelGuest guest, TestFeed feed) {
    if (!feed.over()) {
      guest.close();
    }
  }

  private String command(String mark) {
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // Compiling costs an emulated processor more than it gains in tests that last seconds.
    words.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx512m"));
    words.addAll(List.of("--enable-native-access=ALL-UNNAMED", "--illegal-native-access=deny"));
    words.addAll(jvmOptions);
    words.add("-cp");
    words.add(classes + File.pathSeparator + CLASS_PATH);
    words.add(TestRun.class.getName());
    words.addAll(List.of(mark, classes.toString(), tag, pattern, "" + each.toSeconds()));
    return "exec " + words.stream().map(KernelGuest::quoted).collect(Collectors.joining(" "));
  }
}
