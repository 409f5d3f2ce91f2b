import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.opensearch.common.settings.Settings;
import org.opensearch.http.HttpServerTransport;
import org.opensearch.node.InternalSettingsPreparer;
import org.opensearch.node.Node;
import org.opensearch.transport.Netty4Plugin;

/**
 * A real OpenSearch node of the tests' own: `TestNode FOLDER PORT`.
 *
 * It keeps its data in FOLDER, writes the port that it listens on into FOLDER/port, and lives as long as some
 * process holds a shared lock on FOLDER/users. The system gives the lock back however a process ends, so no
 * node outlives its tests; the last thing it does is to remove FOLDER.
 */
public class TestNode extends Node {
    private TestNode(Settings settings) {
        super(
            InternalSettingsPreparer.prepareEnvironment(settings, Map.of(), null, () -> "test"),
            List.of(Netty4Plugin.class),
            true);
    }

    public static void main(String[] args) throws Exception {
        Path folder = Path.of(args[0]);
        Settings settings = Settings.builder()
            .put("path.home", folder.resolve("home").toString())
            .put("node.name", "test")
            .put("network.host", "127.0.0.1")
            .put("http.port", args[1])
            .put("transport.port", "0")
            .put("http.type", "netty4")
            .put("transport.type", "netty4")
            .put("discovery.type", "single-node")
            .put("action.auto_create_index", true)
            .put("cluster.routing.allocation.disk.threshold_enabled", false)
            .build();
        TestNode node = new TestNode(settings);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> close(node)));
        node.start();
        int port = node.injector().getInstance(HttpServerTransport.class)
            .boundAddress().publishAddress().getPort();
        Path draft = folder.resolve("port.draft");
        Files.writeString(draft, Integer.toString(port));
        Files.move(draft, folder.resolve("port"), StandardCopyOption.ATOMIC_MOVE);
        try (FileChannel users = FileChannel.open(
                folder.resolve("users"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            users.lock();
            close(node);
            remove(folder);
        }
        System.exit(0);
    }

    private static void close(Node node) {
        try {
            node.close();
        } catch (Exception error) {
            error.printStackTrace();
        }
    }

    private static void remove(Path folder) throws Exception {
        try (var found = Files.walk(folder)) {
            for (Path path : found.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }
}
