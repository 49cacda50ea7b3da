package org.vhostdp.cli.demo;

import java.io.PrintWriter;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.vhostdp.cli.text.Terminal;
import org.vhostdp.dataplane.frontend.vhostuser.VhostUserPort;

/** Tells what happens, and shows the port's counters while something runs. */
final class Progress {
  private static final int LIVE_MILLIS = 250;
  private static final int PLAIN_MILLIS = 1000;

  private final PrintWriter out;
  private final boolean live;

  /**
   * @param live rewrite one line of a terminal, instead of adding a line each second
   */
  Progress(PrintWriter out, boolean live) {
    this.out = out;
    this.live = live;
  }

  void say(String line) {
    if (live) {
      out.print(Terminal.line(""));
    }
    out.println(line);
    out.flush();
  }

  /** Counters shown until it is closed. */
  final class Watch implements AutoCloseable {
    private final CountDownLatch done = new CountDownLatch(1);
    private final Thread thread;

    private Watch(VhostUserPort port) {
      thread = Thread.ofPlatform().name("counters").daemon(true).start(() -> run(port));
    }

    private void run(VhostUserPort port) {
      try {
        Traffic before = Traffic.of(port);
        while (!done.await(live ? LIVE_MILLIS : PLAIN_MILLIS, TimeUnit.MILLISECONDS)) {
          Traffic now = Traffic.of(port);
          String line = "    " + now.since(before);
          before = now;
          if (live) {
            out.print(Terminal.line(line));
            out.flush();
          } else {
            say(line);
          }
        }
      } catch (InterruptedException e) {
        say("    (no counters any more)");
      }
    }

    @Override
    public void close() {
      done.countDown();
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      if (live) {
        out.print(Terminal.line(""));
        out.flush();
      }
    }
  }

  /** Says what runs, and shows a port's counters while it does. */
  Watch watch(String what, VhostUserPort port) {
    say("  " + what);
    return new Watch(port);
  }
}
