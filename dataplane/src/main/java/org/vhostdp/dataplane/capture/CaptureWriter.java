package org.vhostdp.dataplane.capture;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.vhostdp.linux.Errno;
import org.vhostdp.linux.Fd;
import org.vhostdp.linux.LinuxException;

/**
 * A capture: gathers what IO threads put into rings and writes it, as pcapng, on a thread of its
 * own. It ends when it is closed, when it has as many frames as it was asked for, or when it cannot
 * write any more; frames go their way all the same.
 */
public final class CaptureWriter implements AutoCloseable {
  /** Bytes of a ring: a few milliseconds of the smallest frames, or 32 of the largest. */
  private static final long RING_BYTES = 2 << 20;

  /** Between two looks at rings that were empty. */
  private static final long PAUSE_NANOS = 1_000_000;

  /** A burst becomes visible only after its time was taken: younger ones wait, for order's sake. */
  private static final long SETTLE_NANOS = 500_000;

  private static final int LOOKS_PER_CHECK = 128;
  private static final long HURRY_NANOS = 1_000_000_000;
  private static final long JOIN_MILLIS = 5000;

  private final CaptureSpec spec;
  private final Outlet outlet;
  private final CaptureFile file;
  private final CountDownLatch done = new CountDownLatch(1);
  private final Thread thread;
  private volatile CaptureRing[] rings = {};
  private volatile boolean stopped;
  private volatile String failure;
  private boolean gone;

  /**
   * Starts a capture.
   *
   * @param to a file, a pipe or a socket, open for writing, blocking; owned from here on
   * @param program who writes it, for the file's header
   */
  public CaptureWriter(Fd to, CaptureSpec spec, String program) {
    this.spec = spec;
    this.outlet = new Outlet(to);
    this.file = new CaptureFile(outlet, spec, program);
    this.thread = Thread.ofPlatform().name("capture").daemon(true).unstarted(this::run);
    thread.start();
  }

  /**
   * A ring for one queue and direction; null if its frames are not taken. Control thread.
   *
   * @param port the port's name
   * @param queue the guest's queue pair
   */
  synchronized CaptureRing ring(String port, int queue, boolean receive) {
    if (gone || !spec.takes(queue, receive)) {
      return null;
    }
    CaptureRing ring = new CaptureRing(port, queue, receive, spec.snapLength(), RING_BYTES);
    List<CaptureRing> more = new ArrayList<>(List.of(rings));
    more.add(ring);
    rings = more.toArray(CaptureRing[]::new);
    return ring;
  }

  /** No IO thread uses the ring any more. Control thread; null is nothing. */
  synchronized void end(CaptureRing ring) {
    if (ring != null && !ring.ended) {
      ring.ended = true;
      if (gone) {
        ring.free();
      }
    }
  }

  private void run() {
    try {
      file.begin();
      int looks = 0;
      while (!stopped && !file.full()) {
        if (round(System.nanoTime() - SETTLE_NANOS) == 0) {
          file.flush();
          retire();
          if (++looks % LOOKS_PER_CHECK == 0 && outlet.broken()) {
            throw new LinuxException("write", "the capture", Errno.EPIPE);
          }
          LockSupport.parkNanos(PAUSE_NANOS);
        }
      }
      finish();
    } catch (LinuxException e) {
      failure = sentence(e);
    } catch (RuntimeException e) {
      failure = "The capture ended by a fault of its own: " + e + ".";
    } finally {
      leave();
    }
  }

  private static String sentence(LinuxException e) {
    if (e.errno() == Errno.EPIPE) {
      return "Whoever read the capture is gone.";
    }
    if (e.errno() == Errno.ETIMEDOUT) {
      return "Whoever reads the capture does not read; its end is missing.";
    }
    return "The capture cannot be written any more: " + e.getMessage();
  }

  /** Writes what rings hold that is older than a moment, oldest first; returns how many. */
  private int round(long before) throws LinuxException {
    CaptureRing[] now = rings;
    for (CaptureRing ring : now) {
      file.describe(ring.port);
    }
    int written = 0;
    while (!file.full()) {
      CaptureRing oldest = null;
      long at = -1;
      long time = before;
      for (CaptureRing ring : now) {
        long first = ring.peek();
        if (first >= 0 && ring.time(first) - time < 0) {
          oldest = ring;
          at = first;
          time = ring.time(first);
        }
      }
      if (oldest == null) {
        break;
      }
      file.write(oldest, at);
      oldest.take(at);
      written++;
    }
    return written;
  }

  private void finish() throws LinuxException {
    deafen();
    // What is put in from now on is at most one burst of each ring.
    round(System.nanoTime());
    for (CaptureRing ring : rings) {
      file.account(ring);
    }
    file.end();
  }

  private void deafen() {
    for (CaptureRing ring : rings) {
      ring.deafen();
    }
  }

  /** Lets go of rings that ended and are empty. */
  private synchronized void retire() {
    List<CaptureRing> left = new ArrayList<>();
    for (CaptureRing ring : rings) {
      if (ring.ended && ring.peek() < 0) {
        file.account(ring);
        ring.free();
      } else {
        left.add(ring);
      }
    }
    if (left.size() < rings.length) {
      rings = left.toArray(CaptureRing[]::new);
    }
  }

  private synchronized void leave() {
    gone = true;
    deafen();
    for (CaptureRing ring : rings) {
      if (ring.ended) {
        ring.free();
      }
    }
    rings = new CaptureRing[0];
    outlet.close();
    done.countDown();
  }

  /**
   * Waits until the capture ended by itself.
   *
   * @return false if it goes on
   */
  public boolean await(long millis) throws InterruptedException {
    return done.await(millis, TimeUnit.MILLISECONDS);
  }

  /** What was written so far; final after {@link #close}. */
  public CaptureResult result() {
    return new CaptureResult(file.frames(), file.dropped(), failure);
  }

  /** Writes what was captured until now, and the file's end. A reader is given a second for it. */
  @Override
  public void close() {
    stopped = true;
    outlet.hurry(HURRY_NANOS);
    LockSupport.unpark(thread);
    try {
      if (!thread.join(Duration.ofMillis(JOIN_MILLIS)) && failure == null) {
        failure = "The capture's end could not be written in time.";
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
