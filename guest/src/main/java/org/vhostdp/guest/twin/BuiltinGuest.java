package org.vhostdp.guest.twin;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import org.vhostdp.linux.EventFd;
import org.vhostdp.linux.Poll;

/**
 * A guest without a kernel: a small IPv4 host over the twin's virtio-net driver, on one thread of
 * its own. It answers ARP and ping, echoes UDP at port 7, checks {@link Stamp}ed datagrams at every
 * other port, and pings and sends on request. Methods may be called from any thread; requests are
 * served one after another.
 */
public final class BuiltinGuest implements AutoCloseable {
  private static final int IDLE_MILLIS = 1000;
  private static final int EMPTY_POLLS = 200;
  private static final int PING_ID = 0x7477;
  private static final int WAKEUP = 0;
  private static final int SESSION = 1;
  private static final int BACKEND = 2;
  private static final int QUEUES = 3;

  private final TwinDevice device;
  private final IpHost host;
  private final EventFd wakeup;
  private final Poll poll;
  private final BlockingQueue<GuestTask<?>> tasks = new LinkedBlockingQueue<>();
  private final Thread thread;

  /** Null once the back-end has closed it, or when there is none. */
  private BackendChannel backend;

  private volatile boolean closing;
  private volatile boolean over;
  private volatile RuntimeException failure;

  private BuiltinGuest(TwinDevice device, long mac, int ip) throws IOException {
    this.device = device;
    this.backend = device.backendChannel();
    this.host = new IpHost(mac, ip, device.net(), device.features());
    this.wakeup = EventFd.create();
    this.poll = new Poll(QUEUES + device.net().pairs());
    this.thread = new Thread(this::run, "builtin-guest");
    thread.setDaemon(true);
  }

  /**
   * Connects to a back-end and brings the host up.
   *
   * @param mac low 48 bits, first byte on top, see {@link Packets#mac(String)}
   * @param ip IPv4 address, see {@link Packets#ip}
   * @throws IOException when the back-end cannot be reached or refuses
   */
  public static BuiltinGuest start(Path socket, long mac, int ip, TwinOptions options)
      throws IOException {
    return start(TwinDevice.start(socket, options), mac, ip);
  }

  /** Brings the host up on a started device, which it takes over. */
  public static BuiltinGuest start(TwinDevice device, long mac, int ip) throws IOException {
    try {
      BuiltinGuest guest = new BuiltinGuest(device, mac, ip);
      guest.thread.start();
      return guest;
    } catch (IOException | RuntimeException e) {
      device.close();
      throw e;
    }
  }

  /**
   * Pings a neighbour and waits for the end of it.
   *
   * @param interval between two requests; zero sends each at the reply to the one before
   * @param timeout how long to wait for the last reply, or for the neighbour's MAC
   */
  public PingResult ping(int target, int count, Duration interval, Duration timeout)
      throws IOException, InterruptedException {
    return run(new PingTask(target, PING_ID, count, interval.toNanos(), timeout.toNanos()));
  }

  /**
   * Sends stamped datagrams to a neighbour as fast as the device takes them, and waits until it has
   * taken all; gives up after 5 s without progress.
   *
   * @param size payload bytes, {@link Stamp#MIN_BYTES} or more, within the MTU
   */
  public UdpResult sendUdp(int target, int port, int count, int size)
      throws IOException, InterruptedException {
    if (size < Stamp.MIN_BYTES) {
      throw new IllegalArgumentException("a stamp needs 16 bytes, not " + size);
    }
    return run(new UdpTask(target, port, count, size));
  }

  private <T> T run(GuestTask<T> task) throws IOException, InterruptedException {
    tasks.add(task);
    wakeup.signal();
    // Either the ending thread finds the task in the queue, or we find that it is over.
    if (over) {
      fail(task);
    }
    try {
      return task.result.get();
    } catch (ExecutionException e) {
      throw new IOException(
          "The builtin guest stopped: " + e.getCause().getMessage(), e.getCause());
    }
  }

  private void fail(GuestTask<?> task) {
    RuntimeException cause = failure;
    task.result.completeExceptionally(
        cause != null ? cause : new IllegalStateException("it is closed"));
  }

  /** What was seen so far. */
  public GuestCounters counters() {
    return host.counters();
  }

  /**
   * What ended the guest's thread, or null: a {@link DeviceViolation} for a faulty device, an
   * IllegalStateException when the back-end ended the session.
   */
  public RuntimeException failure() {
    return failure;
  }

  /** The device below; its rings belong to the guest's thread until {@link #close}. */
  public TwinDevice device() {
    return device;
  }

  private void run() {
    GuestTask<?> task = null;
    int empty = 0;
    try {
      while (!closing) {
        if (task == null) {
          task = tasks.poll();
        }
        int work = host.receive(task);
        if (task != null && !task.step(host, System.nanoTime())) {
          task = null;
          work++;
        }
        host.flush();
        empty = work > 0 ? 0 : empty + 1;
        if (empty > EMPTY_POLLS) {
          sleep(task);
          empty = 0;
        } else if (empty > 0) {
          Thread.onSpinWait();
        }
      }
    } catch (RuntimeException e) {
      failure = e;
    } catch (IOException e) {
      failure = new IllegalStateException(e.getMessage(), e);
    }
    over = true;
    if (task != null) {
      fail(task);
    }
    for (GuestTask<?> left = tasks.poll(); left != null; left = tasks.poll()) {
      fail(left);
    }
  }

  private void sleep(GuestTask<?> task) throws IOException {
    long millis = IDLE_MILLIS;
    if (task != null) {
      millis = Math.clamp((task.wakeAt() - System.nanoTime() + 999_999) / 1_000_000, 0, millis);
    }
    boolean ready = false;
    poll.set(WAKEUP, wakeup.fd().raw(), Poll.IN);
    poll.set(SESSION, device.client().socket().fd().raw(), Poll.IN);
    poll.set(BACKEND, backend != null ? backend.fd().raw() : -1, Poll.IN);
    for (int i = 0; i < device.net().pairs(); i++) {
      Virtqueue queue = device.net().pair(i).receiveQueue();
      ready |= queue.ring().interrupts(true);
      poll.set(QUEUES + i, queue.callFd().raw(), Poll.IN);
    }
    if (!ready && tasks.isEmpty()) {
      poll.await((int) millis);
      listen();
    }
    wakeup.drain();
    for (int i = 0; i < device.net().pairs(); i++) {
      Virtqueue queue = device.net().pair(i).receiveQueue();
      queue.drainCall();
      queue.ring().interrupts(false);
    }
  }

  /** Acknowledges what the back-end asks, and notices its end. */
  private void listen() throws IOException {
    if (backend != null && poll.ready(BACKEND) != 0 && backend.poll(0) < 0) {
      backend = null;
    }
    if (poll.ready(SESSION) != 0) {
      device.client().rawReply(0);
    }
  }

  /** Ends the thread, the session and the memory. */
  @Override
  public void close() {
    closing = true;
    wakeup.signal();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    device.close();
    wakeup.close();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
