package org.vhostdp.rig.inside;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClasspathRoots;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.platform.engine.Filter;
import org.junit.platform.engine.discovery.ClassNameFilter;
import org.junit.platform.launcher.EngineFilter;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TagFilter;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * Runs the tests of a folder of classes that have a tag, and writes an event for each to standard
 * output. Arguments: MARK FOLDER TAG CLASSES SECONDS, where MARK starts the lines of events,
 * CLASSES is a pattern of class names and SECONDS is what a test has by default; one that takes
 * twice that ends the process.
 */
public final class TestRun {
  private TestRun() {}

  /** Ends with status 0 once all tests were run, whatever became of them. */
  public static void main(String[] arguments) {
    String mark = arguments[0];
    long seconds = Long.parseLong(arguments[4]);
    PrintStream out = System.out;
    Consumer<TestEvent> sink = event -> write(out, event.line(mark));
    TestReporter reporter = new TestReporter(sink);
    new TestWatchdog(reporter, 2 * seconds).start();
    LauncherDiscoveryRequest request =
        LauncherDiscoveryRequestBuilder.request()
            .selectors(selectClasspathRoots(Set.of(Path.of(arguments[1]))))
            .filters(
                EngineFilter.includeEngines("junit-jupiter"),
                TagFilter.includeTags(arguments[2]),
                (Filter<?>) ClassNameFilter.includeClassNamePatterns(arguments[3]))
            .configurationParameter(
                "junit.jupiter.execution.timeout.testable.method.default", seconds + " s")
            .build();
    LauncherFactory.create().execute(request, reporter);
    sink.accept(new TestEvent(TestEvent.Kind.END, "", "", ""));
    // Threads that tests left behind must not keep this process.
    System.exit(0);
  }

  /** In one call, and on a line of its own even where a test left one unfinished. */
  private static void write(PrintStream out, String line) {
    byte[] bytes = ("\n" + line + "\n").getBytes(StandardCharsets.US_ASCII);
    synchronized (out) {
      out.write(bytes, 0, bytes.length);
      out.flush();
    }
  }
}
