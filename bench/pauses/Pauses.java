// The store of pauses.lua: java Pauses RECORDS SECONDS.
public final class Pauses {
  private static final int BLOCK = 1000;
  private static int state = 42;

  private static int random(int n) {
    state = (state * 1103515245 + 12345) & 0x7fffffff;
    return (state >>> 16) % n;
  }

  private static final class Record {
    long id;
    double weight;
    Record next;
    long[] tags;

    Record(long id, Record next) {
      this.id = id;
      this.weight = id * 0.5;
      this.next = next;
      this.tags = new long[] {id, id + 1, id + 2, id + 3};
    }
  }

  private static final class Point {
    long x, y;

    Point(long x, long y) {
      this.x = x;
      this.y = y;
    }
  }

  private static Point kept;  // so that points are really made

  private static Record[] block(long first) {
    Record[] records = new Record[BLOCK];
    for (int i = 0; i < BLOCK; i++) records[i] = new Record(first + i, i > 0 ? records[i - 1] : null);
    return records;
  }

  private static long passing(long id) {
    long sum = 0;
    for (int i = 1; i <= 20; i++) {
      Point point = new Point(id + i, i);
      kept = point;
      sum += point.x - point.y;
      Point[] list = {point, point};
      sum += list.length;
    }
    return sum;
  }

  public static void main(String[] arguments) {
    int records = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 200000;
    int seconds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 3;
    Record[][] blocks = new Record[records / BLOCK][];
    for (int i = 0; i < blocks.length; i++) blocks[i] = block((long) i * BLOCK);
    System.out.println("live");
    System.out.flush();
    long start = System.currentTimeMillis(), replaced = 0, check = 0;
    while (System.currentTimeMillis() - start < seconds * 1000L) {
      for (int r = 0; r < 200; r++) {
        Record[] chosen = blocks[random(blocks.length)];
        for (int k = 0; k < 10; k++) {
          int at = random(BLOCK);
          Record old = chosen[at];
          chosen[at] = new Record(old.id + 1, old.next);
          replaced++;
        }
        check = (check + passing(replaced)) % 1000003;
      }
    }
    System.out.println("replaced " + replaced + (check >= 0 ? " records" : ""));
  }
}
