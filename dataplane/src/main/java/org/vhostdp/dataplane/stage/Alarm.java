package org.vhostdp.dataplane.stage;

import java.util.ArrayList;
import java.util.List;
import org.vhostdp.linux.Epoll;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.linux.TimerFd;
import org.vhostdp.spi.Wakeup;

/**
 * The wakeup of a stage: those of the queues below it, and a time. Its descriptor is an epoll set,
 * which is ready while one of those is that {@link #arm} asked for last. The queue's IO thread;
 * closed by the control thread after the queue's end.
 *
 * <p>Epoll sets may stand in one another five deep (EP_MAX_NESTS in the kernel's fs/eventpoll.c),
 * the IO thread's included. A descriptor below that reports an error or a hang-up is watched no
 * longer, as the wakeup's host would do: the next {@link #arm} finds that out.
 */
public final class Alarm implements Wakeup, AutoCloseable {
  private static final int TIMER = -1;

  private final Wakeup[] below;
  private final int[] fds;
  private final int[] events;
  private final Epoll epoll;
  private final TimerFd timer;
  private boolean watching;
  private long set;

  /**
   * Watches nothing yet.
   *
   * @param below the wakeups of the queues below; {@link #fd()} is -1 if one of them is
   */
  public Alarm(List<Wakeup> below) throws LinuxException {
    this.below = below.toArray(Wakeup[]::new);
    List<Integer> distinct = new ArrayList<>();
    below.forEach(
        wakeup -> {
          if (!distinct.contains(wakeup.fd())) {
            distinct.add(wakeup.fd());
          }
        });
    fds = distinct.stream().mapToInt(Integer::intValue).toArray();
    events = new int[fds.length];
    below.forEach(wakeup -> events[distinct.indexOf(wakeup.fd())] |= wakeup.events());
    if (distinct.contains(-1)) {
      epoll = null;
      timer = null;
      return;
    }
    epoll = Epoll.create(fds.length + 1);
    try {
      timer = TimerFd.create();
    } catch (LinuxException e) {
      epoll.close();
      throw e;
    }
    try {
      epoll.add(timer.fd().raw(), Epoll.IN, TIMER);
      for (int i = 0; i < fds.length; i++) {
        epoll.add(fds[i], 0, i);
      }
    } catch (LinuxException e) {
      close();
      throw e;
    }
  }

  @Override
  public int fd() {
    return epoll == null ? -1 : epoll.fd().raw();
  }

  /** Arms all below, without a time. */
  @Override
  public boolean arm() {
    return arm(0);
  }

  /**
   * Arms all below, and a time.
   *
   * @param deadlineNanos of {@link System#nanoTime}, 0 for none
   * @return true if one below has work, or the time is over
   */
  public boolean arm(long deadlineNanos) {
    boolean lost = watch(true);
    boolean over = time(deadlineNanos);
    for (Wakeup wakeup : below) {
      over |= wakeup.arm();
    }
    return over || lost;
  }

  /**
   * Arms a time alone: what is below wakes nobody until the next {@link #arm}. For a stage that
   * would not take what there is.
   *
   * @param deadlineNanos of {@link System#nanoTime}, 0 for none: then only another thread's work on
   *     the host wakes
   * @return true if the time is over
   */
  public boolean armTime(long deadlineNanos) {
    return watch(false) | time(deadlineNanos);
  }

  /** Changes what is watched, if that is a change; true if something below was lost. */
  private boolean watch(boolean want) {
    if (epoll == null) {
      return false;
    }
    if (want != watching) {
      watching = want;
      for (int i = 0; i < fds.length; i++) {
        mask(i, want ? events[i] : 0);
      }
    }
    return forgetLost();
  }

  private void mask(int i, int mask) {
    if (fds[i] >= 0) {
      try {
        epoll.modify(fds[i], mask, i);
      } catch (LinuxException e) {
        // Closed below, which took it out of the set: nothing will come from there any more.
        fds[i] = -1;
      }
    }
  }

  /** An error or a hang-up is reported whatever was asked for, for ever: it would be no sleep. */
  private boolean forgetLost() {
    boolean lost = false;
    int ready = epoll.await(0);
    for (int e = 0; e < ready; e++) {
      int i = (int) epoll.tag(e);
      if (i != TIMER && (epoll.events(e) & (Epoll.ERR | Epoll.HUP)) != 0) {
        epoll.remove(fds[i]);
        fds[i] = -1;
        lost = true;
      }
    }
    return lost;
  }

  private boolean time(long deadline) {
    long left = deadline == 0 ? 0 : deadline - System.nanoTime();
    boolean over = deadline != 0 && left <= 0;
    if (timer != null) {
      long next = over ? 0 : deadline;
      if (next != set) {
        timer.set(over ? 0 : left);
        set = next;
      }
    }
    return over;
  }

  @Override
  public void close() {
    if (timer != null) {
      timer.close();
    }
    if (epoll != null) {
      epoll.close();
    }
  }
}
