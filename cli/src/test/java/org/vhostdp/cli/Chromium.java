package org.vhostdp.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A page as a browser sees it.
 *
 * @param dom the document after scripts ran, as HTML
 * @param log what the browser said, complaints of the page's policy among it
 */
record Chromium(String dom, String log) {
  private static final long MOST_SECONDS = 40;

  private static final List<String> OPTIONS =
      List.of(
          "--headless",
          "--no-sandbox",
          "--disable-gpu",
          "--disable-quic",
          "--no-first-run",
          "--disable-background-networking",
          "--disable-component-update",
          "--disable-sync",
          "--disable-dev-shm-usage",
          "--host-resolver-rules=MAP * ~NOTFOUND",
          "--enable-logging=stderr");

  /** Opens a page from its file; the profile and everything else goes into the folder. */
  static Chromium open(Path page, Path folder) throws Exception {
    List<String> command = new ArrayList<>(List.of(program()));
    command.addAll(OPTIONS);
    command.add("--user-data-dir=" + Files.createTempDirectory(folder, "profile"));
    command.add("--dump-dom");
    command.add(page.toUri().toString());
    Path dom = Files.createTempFile(folder, "dom", ".html");
    Path log = Files.createTempFile(folder, "browser", ".log");
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(dom.toFile())
            .redirectError(log.toFile())
            .start();
    List<ProcessHandle> family = List.of();
    try {
      boolean ended = process.waitFor(MOST_SECONDS, TimeUnit.SECONDS);
      family = process.descendants().toList();
      assertTrue(ended, () -> page + " is not shown within " + MOST_SECONDS + " s");
    } finally {
      family.forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly().waitFor();
    }
    assertEquals(0, process.exitValue(), () -> "the browser failed on " + page);
    return new Chromium(Files.readString(dom), Files.readString(log));
  }

  private static String program() {
    String path = System.getenv().getOrDefault("PATH", "/usr/bin");
    String found =
        Stream.of(path.split(File.pathSeparator))
            .map(folder -> Path.of(folder, "chromium"))
            .filter(Files::isExecutable)
            .map(Path::toString)
            .findFirst()
            .orElse(null);
    assumeTrue(found != null, "no browser to open pages in: the package chromium is missing");
    return found;
  }

  /** The text of the first element whose tag holds these words. */
  String textOf(String words) {
    int tag = dom.indexOf(words);
    assertTrue(tag >= 0, () -> words + " is not in " + dom);
    int begin = dom.indexOf('>', tag) + 1;
    String element = dom.substring(dom.lastIndexOf('<', tag) + 1).split("[ >]", 2)[0];
    int end = dom.indexOf("</" + element + ">", begin);
    String text = dom.substring(begin, end).replaceAll("<[^>]*>", " ");
    return text.replaceAll("\\s+", " ").strip();
  }
}
