<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en_US" sourcelanguage="en_US">
<context>
    <name>ql::gui::ActivationsPage</name>
    <message numerus="yes">
        <source>%n channel(s) reach six times the median channel&apos;s largest magnitude.</source>
        <translation>
            <numerusform>%n channel reaches six times the median channel&apos;s largest magnitude.</numerusform>
            <numerusform>%n channels reach six times the median channel&apos;s largest magnitude.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ql::gui::AwqView</name>
    <message numerus="yes">
        <source>on %n sampled token(s)</source>
        <translation>
            <numerusform>on %n sampled token</numerusform>
            <numerusform>on %n sampled tokens</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ql::gui::ExportDialog</name>
    <message numerus="yes">
        <source>The file will have %1 and %n tensor(s).</source>
        <translation>
            <numerusform>The file will have %1 and %n tensor.</numerusform>
            <numerusform>The file will have %1 and %n tensors.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>The folder will have %1 of weights and %n tensor(s).</source>
        <translation>
            <numerusform>The folder will have %1 of weights and %n tensor.</numerusform>
            <numerusform>The folder will have %1 of weights and %n tensors.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ql::gui::FindingText</name>
    <message numerus="yes">
        <source>Column(s) %1 carry %2 of the squared error, on %3 of the weights.</source>
        <translation>
            <numerusform>Column %1 carries %2 of the squared error, on %3 of the weights.</numerusform>
            <numerusform>Columns %1 carry %2 of the squared error, on %3 of the weights.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Row(s) %1 carry %2 of the squared error, on %3 of the weights.</source>
        <translation>
            <numerusform>Row %1 carries %2 of the squared error, on %3 of the weights.</numerusform>
            <numerusform>Rows %1 carry %2 of the squared error, on %3 of the weights.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ql::gui::GptqView</name>
    <message numerus="yes">
        <source>raised %n time(s)</source>
        <extracomment>damping had to be raised until the matrix had an inverse</extracomment>
        <translation>
            <numerusform>raised %n time</numerusform>
            <numerusform>raised %n times</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n column(s) that are never read</source>
        <translation>
            <numerusform>%n column that is never read</numerusform>
            <numerusform>%n columns that are never read</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ql::gui::JobFeedback</name>
    <message numerus="yes">
        <source>CPU, %n thread(s)</source>
        <translation>
            <numerusform>CPU, %n thread</numerusform>
            <numerusform>CPU, %n threads</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ql::gui::JobStrip</name>
    <message numerus="yes">
        <source>Log (%n warning(s))</source>
        <translation>
            <numerusform>Log (%n warning)</numerusform>
            <numerusform>Log (%n warnings)</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ql::gui::Predictions</name>
    <message numerus="yes">
        <source>Measure the predictions of %n scheme(s)</source>
        <translation>
            <numerusform>Measure the predictions of %n scheme</numerusform>
            <numerusform>Measure the predictions of %n schemes</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ql::gui::RuleList</name>
    <message numerus="yes">
        <source>It decides for %n tensor(s); where several rules match, the last one wins.</source>
        <translation>
            <numerusform>It decides for %n tensor; where several rules match, the last one wins.</numerusform>
            <numerusform>It decides for %n tensors; where several rules match, the last one wins.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ql::gui::SchemeDock</name>
    <message numerus="yes">
        <source>%n entry(s)</source>
        <translation>
            <numerusform>%n entry</numerusform>
            <numerusform>%n entries</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n chunk(s)</source>
        <translation>
            <numerusform>%n chunk</numerusform>
            <numerusform>%n chunks</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ql::gui::SchemeEditor</name>
    <message numerus="yes">
        <source>Codes of %n bit(s), and the scale</source>
        <translation>
            <numerusform>Codes of %n bit, and the scale</numerusform>
            <numerusform>Codes of %n bits, and the scale</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ql::gui::SchemeExplanation</name>
    <message numerus="yes">
        <source>One scale for every %n weight(s) along a row.</source>
        <translation>
            <numerusform>One scale for every weight.</numerusform>
            <numerusform>One scale for every %n weights along a row.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ql::gui::WeightsPage</name>
    <message numerus="yes">
        <source>scale %3, %n grid point(s), columns %1–%2</source>
        <extracomment>%1 and %2 are columns; the ticks under the histogram are these grid points</extracomment>
        <translation>
            <numerusform>scale %3, %n grid point, columns %1–%2</numerusform>
            <numerusform>scale %3, %n grid points, columns %1–%2</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ql::gui::Workspace</name>
    <message numerus="yes">
        <source>Compare %n scheme(s) on the whole model</source>
        <translation>
            <numerusform>Compare %n scheme on the whole model</numerusform>
            <numerusform>Compare %n schemes on the whole model</numerusform>
        </translation>
    </message>
</context>
</TS>
